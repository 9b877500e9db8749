"""Every relative link of the documentation leads to a file, and to a heading that is in it."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
#: A fence opens with some marks and closes with as many or more of them.
FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*[ ]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
#: The target of a link or a picture, or of a reference's definition.
LINK = re.compile(r"\]\(<?([^)>\s]+)>?[^)]*\)|^ {0,3}\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def pages() -> list[Path]:
    # Those not committed yet as well, and none that git ignores, as libraries' are.
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    found = {ROOT / name.decode() for name in listed.stdout.split(b"\0") if name}
    return sorted(path for path in found or ROOT.glob("docs/*.md") if path.is_file())


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub and the site name them."""
    found: list[str] = []
    for heading in HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return frozenset(found)


def faults(path: Path) -> list[str]:
    told = []
    text = CODE.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))
    for inline, defined in LINK.findall(text):
        link = inline or defined
        if re.match(r"[a-z][a-z+.-]*:", link, re.IGNORECASE):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not (target.exists() and target.is_relative_to(ROOT)):
            told.append(f"{link}: not in the repository")
        elif anchor and anchor not in anchors(target):
            told.append(f"{link}: no such heading")
    return told


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert faults(path) == []


def test_links_that_lead_nowhere_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# How `it` is fast, and [why](page.md)\n"
        "[a](gone.md) [b](#how-it-is-fast-and-why) [c](#no)\n"
        "[d]: lost.md\n`[e](code.md)` [f](https://a.example/x.md)\n```\n[g](code.md)\n# No\n```\n",
        encoding="utf-8",
    )
    assert [fault.partition(":")[0] for fault in faults(page)] == ["gone.md", "#no", "lost.md"]


def test_every_page_of_docs_is_in_the_sites_contents() -> None:
    class Loader(yaml.SafeLoader):
        """Passes over what only MkDocs makes of a tag."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    site = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)
    listed = set(re.findall(r"[\w-]+\.md", str(site["nav"])))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= listed
