"""The settings in `params.yaml`, one model per stage; each stage is handed only its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import Field, field_validator

from command_line.settings_files import SettingsPart, StrictSettings

#: As `KINDS` in `pipeline/sources/opening.py` has them.
SourceKind = Literal[
    "phantom",
    "mimic_cxr",
    "openi_xml",
    "openi_csv",
    "nih_reports",
    "padchest_gr",
    "padchest_gr_sentences",
    "csv",
    "jsonl",
    "parquet",
    "xlsx",
]
SOURCE_KINDS: Final[tuple[SourceKind, ...]] = get_args(SourceKind)
SHIPPED_LEXICON: Final = Path(__file__).parent / "lexicon" / "files"


class ColumnMapping(StrictSettings):
    """Which columns of a CSV, JSONL, Parquet or XLSX source hold what.

    Without one, columns of usual names are found. Give either `text`, a whole report to be split
    into sections, or section columns; once one of these is given no other is looked for.
    """

    report_id: str | None = None
    subject_id: str | None = None
    study_id: str | None = None
    split: str | None = None
    text: str | None = None
    indication: str | None = None
    comparison: str | None = None
    findings: str | None = None
    impression: str | None = None


class SourceSettings(StrictSettings):
    """Where reports come from."""

    kind: SourceKind = "phantom"
    path: Path = Field(
        default=Path("data/phantom"),
        description="File or folder; for the phantom, the folder that its stage wrote.",
    )
    metadata: Path | None = Field(
        default=None, description="Folder of MIMIC's CSV files where it is not `path` itself."
    )
    columns: ColumnMapping = ColumnMapping()
    encoding: str | None = Field(
        default=None,
        description="Of a CSV or JSONL file that is neither UTF-8 nor marked as UTF-16.",
    )
    sheet: str | None = Field(
        default=None, description="Of an XLSX file that has several with reports."
    )
    max_characters: int = Field(default=100_000, ge=1_000)
    partition_rows: int = Field(default=5_000, ge=1)

    @field_validator("encoding")
    @classmethod
    def _is_of_text(cls, encoding: str | None) -> str | None:
        try:
            "".encode(encoding or "utf-8")
        except LookupError:
            known = "utf-8, utf-16, windows-1252 or iso-8859-15"
            raise ValueError(
                f"no encoding of text has this name; give one such as {known}"
            ) from None
        return encoding


class PhantomSettings(StrictSettings):
    """The embedded default cohort."""

    studies: int = Field(
        default=2_500,
        ge=1,
        description="Studies with a report; a quarter as many more, without one, have boxes only.",
    )
    seed: int = Field(default=0, ge=0)


class NlpSettings(StrictSettings):
    """Extraction."""

    model: str | None = Field(
        default=None, description="scispaCy model, by package name or path, that proposes phrases."
    )
    lexicon: Path = Field(
        default=SHIPPED_LEXICON, description="Folder of lexicon files; the shipped one by default."
    )
    workers: int = Field(default=2, ge=1)


class LabelSettings(StrictSettings):
    """From statements to report labels."""

    conflict: Literal["affirmed_wins", "impression_wins"] = "affirmed_wins"
    corrections: Path = Field(
        default=Path("corrections"),
        description="Folder of the reviewers' corrections, which are applied; may be empty.",
    )


class VocabularySettings(StrictSettings):
    """Which concepts become attributes to train on."""

    min_reports: int = Field(default=10, ge=0)
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class EmbeddingSettings(StrictSettings):
    """word2vec (Mikolov et al. 2013)."""

    dimensions: int = Field(default=100, ge=2)
    window: int = Field(default=5, ge=1)
    min_count: int = Field(default=3, ge=1)
    epochs: int = Field(default=15, ge=1)
    most_words: int = Field(default=30_000_000, ge=1)
    skip_gram: bool = True
    seed: int = Field(default=0, ge=0)


class Settings(StrictSettings):
    """All of `params.yaml`."""

    source: SourceSettings = SourceSettings()
    phantom: PhantomSettings = PhantomSettings()
    nlp: NlpSettings = NlpSettings()
    label: LabelSettings = LabelSettings()
    vocabulary: VocabularySettings = VocabularySettings()
    embed: EmbeddingSettings = EmbeddingSettings()


#: The image side reads and checks its own section.
_PART: Final = SettingsPart(
    Settings, others={"model": "python -m model", "reproduction": "the reproduction's dvc.yaml"}
)


def load_settings(path: Path) -> Settings:
    """Read and validate `params.yaml`; see `SettingsPart.load`."""
    return _PART.load(path)


def resolve_settings(params: Path | None, assigned: Mapping[str, Any]) -> Settings:
    """Settings of a file, or the defaults, with single values given on the command line.

    Args:
        params: the settings file; None takes `params.yaml` in the working directory where there
            is one.
        assigned: values by dotted key, such as `{"nlp.workers": 4}`.

    Raises:
        SettingsError: the file that was asked for cannot be read, a key is unknown, or a value is
            wrong.
    """
    return _PART.resolve(params, assigned)


def parse_settings(raw: Any, where: str) -> Settings:
    """Validate settings that were read from `where`; see `load_settings`."""
    return _PART.parse(raw, where)
