"""The card of kept weights: what they were trained on, what they are worth, what they need.

A folder of kept weights looks as one that the stages have written to, with this card beside.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, model_validator

from command_line.settings_files import SettingsPart, StrictSettings
from data_contracts.file_digests import file_sha256
from model.settings import ModelSettings, RegionSettings

CARD_FILE: Final = "card.json"
PAGE_FILE: Final = "README.md"
THRESHOLD_FILE: Final = "evaluation/threshold.json"
#: Changes whenever an older release would misread a card.
SCHEMA_VERSION: Final = 1
#: Networks that prediction may need, each a folder of weights; not all have a severity head.
NETWORKS: Final = {"detector": "detector", "network": "network", "severity": "network/severity"}
_OF_NETWORK: Final = ("card.json", "weights.safetensors")


class KeptWeightsError(ValueError):
    """Kept weights are damaged, of another release or not there; the message says what to do."""


class DataSource(StrictSettings):
    """Where images or weights that were learnt from are from, and under which terms."""

    title: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    source: str = Field(min_length=1, description="Publication, or address.")


class About(StrictSettings):
    """What a person says of weights, as a YAML file.

    Attributes:
        name: of the weights.
        use: what they are for.
        licence: of the weights, which heeds those of the data.
        data: the cohorts that were trained on, by name.
        pretrained: what training started from, if anything.
        tested_on: which images each part of the scores was tested on, such as `localization`.
        fails: where they fail, a sentence each.
    """

    name: str = Field(min_length=1)
    use: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    data: dict[str, DataSource] = Field(min_length=1)
    pretrained: DataSource | None = None
    tested_on: dict[str, str] = Field(min_length=1)
    fails: tuple[str, ...] = Field(min_length=1)


class TrainedPart(StrictSettings):
    """Images of a cohort that one of the networks was trained on."""

    network: str
    cohort: str
    images: int = Field(ge=1)
    patients: int = Field(ge=1)


class KeptScore(StrictSettings):
    """A score with its 95% interval over patients."""

    title: str
    part: str
    value: float
    low: float | None
    high: float | None
    images: int
    patients: int


class WeightsCard(StrictSettings):
    """All that is known of kept weights.

    Attributes:
        schema_version: of this card.
        about: what a person says of them.
        exported: the day, ISO 8601.
        release: of pneumoloc.
        trained_on: images by network and cohort.
        regions: candidate regions, as they were trained on.
        queries: concepts whose attention makes the boxes.
        least_score: boxes below are not shown.
        scores: of the evaluation.
        files: SHA-256 of every other file.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    about: About
    exported: str
    release: str
    trained_on: tuple[TrainedPart, ...] = Field(min_length=1)
    regions: RegionSettings
    queries: tuple[str, ...] = Field(min_length=1)
    least_score: float
    scores: tuple[KeptScore, ...]
    files: dict[str, str]

    @model_validator(mode="after")
    def _all_data_described(self) -> "WeightsCard":
        missing = sorted({one.cohort for one in self.trained_on} - set(self.about.data))
        if missing:
            raise ValueError(f"about.data lacks {', '.join(missing)}, which were trained on")
        return self

    @property
    def settings(self) -> ModelSettings:
        """What prediction has to know of how they were trained."""
        return ModelSettings(regions=self.regions, queries=self.queries)


_ABOUT: Final = SettingsPart(About)


def read_about(path: Path) -> About:
    """What a person says of weights.

    Raises:
        SettingsError: the file is missing, not YAML, or lacks something; the message says what.
    """
    return _ABOUT.load(path)


def read_kept_card(folder: Path) -> WeightsCard | None:
    """The card of kept weights; None of a folder of one's own.

    Raises:
        KeptWeightsError: it is none, or of another release.
    """
    path = folder / CARD_FILE
    try:
        return WeightsCard.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise KeptWeightsError(
            f"{path}: is no card of kept weights of this release ({place}: {first['msg']}); take "
            "card and weights from one release, or export them again"
        ) from None


def check_files(folder: Path, card: WeightsCard) -> None:
    """Make sure that weights are those that their card tells of.

    Raises:
        KeptWeightsError: a file is missing, changed, or one too many.
    """
    found = digests(folder)
    names = {*found, *card.files}
    wrong = sorted(name for name in names if found.get(name) != card.files.get(name))
    if wrong:
        raise KeptWeightsError(
            f"{folder}: not what its {CARD_FILE} tells of: {', '.join(wrong)}; take all of it from "
            f"one place (git restore {folder}), or export the weights again"
        )


def digests(folder: Path) -> dict[str, str]:
    """SHA-256, in hexadecimal, of each file of weights that is there, by its name in `folder`."""
    names = [f"{part}/{name}" for part in NETWORKS.values() for name in _OF_NETWORK]
    return {
        name: file_sha256(folder / name)
        for name in (*names, THRESHOLD_FILE)
        if (folder / name).is_file()
    }


def set_digest(files: Mapping[str, str]) -> str:
    """One digest of a set of weights: SHA-256 over names and digests of its tensors' files."""
    lines = [f"{name} {files[name]}\n" for name in sorted(files) if name.endswith(".safetensors")]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
