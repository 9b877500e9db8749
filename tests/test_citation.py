"""CITATION.cff says of the software what the package says, and cites the paper behind it."""

import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_it_is_of_the_packages_name_version_and_license() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    given = (CITATION["title"], CITATION["version"], CITATION["license"])
    assert given == (project["name"], project["version"], project["license"])


def test_it_has_what_its_format_requires() -> None:
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] == "software"
    for cited in (CITATION, *CITATION["references"]):
        assert cited["title"]
        assert all("name" in who or "family-names" in who for who in cited["authors"])
    assert isinstance(CITATION["message"], str)


def test_it_cites_the_paper_as_the_readme_does() -> None:
    (paper,) = CITATION["references"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert paper["title"] in readme
    names = " and ".join(f"{who['family-names']}, {who['given-names']}" for who in paper["authors"])
    assert names in " ".join(readme.split())
    assert paper["identifiers"][0]["value"].removeprefix("arXiv:") in readme
