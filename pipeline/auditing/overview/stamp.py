"""When and from which commit a page was made: beside it, so that equal runs give equal pages.

DVC keeps the hash of the page, and the hash of a page that held today's date or the commit of
today would differ from that in `dvc.lock` after every `dvc repro`, although nothing has changed.
So both stand in a small picture beside the page, which no hash covers and which the page shows at
its top. It is named after the page's contents: a picture of another page is never shown.
"""

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Final

from data_contracts.whole_files import whole_file

#: Stands in a page for the stamp's name until its contents are known.
NAMELESS: Final = "overview.stamp.svg"
_DIGITS: Final = 10
_CODE: Final = Path(__file__).resolve().parents[2]
#: What a run changes itself, and what does not make it.
_NOT_CODE: Final = ("metrics", "dvc.lock", "tests", "docs")
_PATIENCE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Made:
    """When a page was made, and by what.

    Attributes:
        time: when, in UTC.
        code: the code in words: its commit, or its release where it is under no version control.
    """

    time: datetime
    code: str

    @property
    def words(self) -> str:
        """Date and code, for who reads."""
        return f"{self.time:%-d %B %Y, %H:%M} UTC · {self.code}"


def made_now() -> Made:
    """That a page is made now, with this code."""
    return Made(datetime.now(UTC), _code())


def name_stamp(page: str, out: Path) -> str:
    """The name of a page's stamp, that holds for these contents alone."""
    digest = hashlib.sha256(page.encode()).hexdigest()[:_DIGITS]
    return f"{out.stem}.{digest}.svg"


def write_stamp(made: Made, path: Path, page: Path) -> None:
    """Write a page's stamp, and take those of its former contents away."""
    with whole_file(path) as partial:
        partial.write_text(_picture(made.words), encoding="utf-8")
    former = re.compile(rf"{re.escape(page.stem)}\.[0-9a-f]{{{_DIGITS}}}\.svg")
    for file in page.parent.iterdir():
        if former.fullmatch(file.name) and file.name != path.name:
            file.unlink()


def _picture(words: str) -> str:
    # Wide enough for any font that a browser may take.
    width = 9 * len(words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="22" '
        f'viewBox="0 0 {width} 22"><title>{escape(words)}</title>'
        '<text x="0" y="16" font-family="system-ui, \'DejaVu Sans\', sans-serif" font-size="15" '
        f'fill="#5b6a76">{escape(words)}</text></svg>\n'
    )


def _code() -> str:
    # An environment inside another project's folder would else be told as that project's commit.
    tracked = _git("ls-files", "--error-unmatch", "--", str(_CODE / "__init__.py"))
    commit = _git("rev-parse", "--short=10", "HEAD") if tracked else None
    if not commit:
        return f"release {_release()}, not under version control"
    others = [f":(top,exclude){name}" for name in _NOT_CODE]
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":(top)", *others)
    return f"commit {commit}" + (", with changes not committed" if changed else "")


def _git(*arguments: str) -> str | None:
    """What git says of the code; None where it says nothing, or is not there."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, and no words from outside
            [git, "-C", str(_CODE), *arguments],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _release() -> str:
    try:
        return metadata.version("pneumoloc")
    except metadata.PackageNotFoundError:
        return "unknown"
