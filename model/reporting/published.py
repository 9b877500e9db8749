"""What others have published, from a file that says where."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationError

from command_line.settings_files import SettingsError, StrictSettings, read_yaml

Threshold = Annotated[float, Field(gt=0, le=1)]
#: Scores of severity, as the contract `severity` names them.
SeveritySubject: TypeAlias = Literal["geographic_extent", "opacity"]


class PublishedError(ValueError):
    """A file of published scores cannot be used; the message names the place in it."""


class PublishedScore(StrictSettings):
    """Accuracy at one overlap, and the false positives an image where they are published."""

    accuracy: float = Field(ge=0, le=1)
    false_positives: float | None = Field(default=None, ge=0)


class PublishedSeverity(StrictSettings):
    """Error and correlations of a severity score, as far as they are published."""

    mae: float | None = Field(default=None, ge=0)
    pearson: float | None = Field(default=None, ge=-1, le=1)
    r2: float | None = Field(default=None, le=1)
    spearman: float | None = Field(default=None, ge=-1, le=1)


class PublishedMethod(StrictSettings):
    """A method as its authors scored it.

    Attributes:
        method: its name, or its authors'.
        source: publication and table.
        about: what was scored, and how it differs from what stands beside it.
        iou: scores by the IoU that counts.
        iobb: scores by the IoBB that counts.
        severity: errors and correlations by the severity score.
    """

    method: str = Field(min_length=1)
    source: str = Field(min_length=1)
    about: str = Field(min_length=1)
    iou: dict[Threshold, PublishedScore] = Field(default_factory=dict)
    iobb: dict[Threshold, PublishedScore] = Field(default_factory=dict)
    severity: dict[SeveritySubject, PublishedSeverity] = Field(default_factory=dict)


def source_lines(published: Iterable[PublishedMethod]) -> str:
    """Markdown: a line for each method, where it was published and what of."""
    return "\n".join(f"- {other.method}: {other.source}. {other.about}" for other in published)


class _PublishedFile(StrictSettings):
    published: tuple[PublishedMethod, ...] = Field(min_length=1)


def read_published(path: Path) -> tuple[PublishedMethod, ...]:
    """The methods of a YAML file, in its order.

    Args:
        path: holds `published`, a list of `method`, `source`, `about`, and of `iou` and `iobb`:
            the overlap, then `accuracy` and `false_positives` at it; of `severity`: the score,
            then `mae`, `pearson`, `r2` and `spearman`.

    Raises:
        PublishedError: the file is missing or not YAML, or an entry is wrong.
    """
    try:
        return _PublishedFile.model_validate(read_yaml(path)).published
    except SettingsError as error:
        raise PublishedError(str(error)) from None
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, problem['loc'])) or 'the whole file'}: {problem['msg']}; "
            "expected a list 'published' of method, source, about, iou, iobb and "
            "severity"
            for problem in error.errors()
        ]
        raise PublishedError("\n".join(lines)) from None
