"""The import takes no time and loads nothing; what is missing is said."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import pneumoloc
from pneumoloc.extras import needs

LEAN = """
import sys, time
before = time.perf_counter()
import pneumoloc
seconds = time.perf_counter() - before
heavy = {"torch", "spacy", "pandas", "numpy", "pyarrow", "matplotlib", "PIL", "typer"}
print(seconds, *sorted(heavy & set(sys.modules)))
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_import_answers_at_once() -> None:
    seconds, *heavy = python(LEAN).stdout.split()
    assert heavy == []
    assert float(seconds) < 0.2


@pytest.mark.parametrize(
    ("absent", "call", "extra"),
    [
        ("spacy", "pneumoloc.findings('Left opacity.')", "pipeline"),
        ("torch", "pneumoloc.load('data')", "model"),
        ("torchvision", "pneumoloc.LabelledImages", "model"),
    ],
)
def test_what_is_not_installed_is_said(absent: str, call: str, extra: str) -> None:
    block = f"import sys; sys.modules[{absent!r}] = None"
    (*_, last) = python(f"{block}\nimport pneumoloc\n{call}").stderr.splitlines()
    assert last == (
        f"ModuleNotFoundError: {absent} is not installed; pip install 'pneumoloc[{extra}]' "
        "brings it"
    )


def test_a_module_of_ours_is_no_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named"), needs("model"):
        raise ModuleNotFoundError("No module named 'model.gone'", name="model.gone")


def test_reading_texts_needs_no_torch() -> None:
    code = (
        "import sys, pneumoloc\npneumoloc.labels(['Left opacity.'])\nprint('torch' in sys.modules)"
    )
    assert python(code).stdout.split() == ["False"]


def test_the_names_are_there() -> None:
    assert set(dir(pneumoloc)) == set(pneumoloc.__all__)
    assert pneumoloc.__version__ == version("pneumoloc")
    with pytest.raises(AttributeError, match="has no attribute 'boxes'"):
        pneumoloc.boxes  # noqa: B018
