"""The settings in `params.yaml`, one model per stage; each stage is handed only its own."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

#: As `KINDS` in `pipeline/sources/opening.py` has them.
SourceKind = Literal[
    "phantom", "mimic_cxr", "openi_xml", "openi_csv", "csv", "jsonl", "parquet", "xlsx"
]
SOURCE_KINDS: Final[tuple[SourceKind, ...]] = get_args(SourceKind)
_OF_MODEL: Final = "model"
PARAMS_FILE: Final = Path("params.yaml")
SHIPPED_LEXICON: Final = Path(__file__).parent / "lexicon" / "files"


class SettingsError(ValueError):
    """`params.yaml` has an unknown key or a wrong value; the message names what is allowed."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class ColumnMapping(_Settings):
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


class SourceSettings(_Settings):
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


class PhantomSettings(_Settings):
    """The embedded default cohort."""

    studies: int = Field(
        default=2_500,
        ge=1,
        description="Studies with a report; a quarter as many more, without one, have boxes only.",
    )
    seed: int = Field(default=0, ge=0)


class NlpSettings(_Settings):
    """Extraction."""

    model: str | None = Field(
        default=None, description="scispaCy model, by package name or path, that proposes phrases."
    )
    lexicon: Path = Field(
        default=SHIPPED_LEXICON, description="Folder of lexicon files; the shipped one by default."
    )
    workers: int = Field(default=2, ge=1)


class LabelSettings(_Settings):
    """From statements to report labels."""

    conflict: Literal["affirmed_wins", "impression_wins"] = "affirmed_wins"
    corrections: Path = Field(
        default=Path("corrections"),
        description="Folder of the reviewers' corrections, which are applied; may be empty.",
    )


class VocabularySettings(_Settings):
    """Which concepts become attributes to train on."""

    min_reports: int = Field(default=10, ge=0)
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class EmbeddingSettings(_Settings):
    """word2vec (Mikolov et al. 2013)."""

    dimensions: int = Field(default=100, ge=2)
    window: int = Field(default=5, ge=1)
    min_count: int = Field(default=3, ge=1)
    epochs: int = Field(default=15, ge=1)
    skip_gram: bool = True
    seed: int = Field(default=0, ge=0)


class Settings(_Settings):
    """All of `params.yaml`."""

    source: SourceSettings = SourceSettings()
    phantom: PhantomSettings = PhantomSettings()
    nlp: NlpSettings = NlpSettings()
    label: LabelSettings = LabelSettings()
    vocabulary: VocabularySettings = VocabularySettings()
    embed: EmbeddingSettings = EmbeddingSettings()


def load_settings(path: Path) -> Settings:
    """Read and validate `params.yaml`.

    Raises:
        SettingsError: the file is missing or not YAML, a key is unknown, or a value is wrong.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run in the project's root") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid YAML: {error}") from None
    return parse_settings(raw, str(path))


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
    found = params or (PARAMS_FILE if PARAMS_FILE.is_file() else None)
    settings = load_settings(found) if found else Settings()
    raw = settings.model_dump(mode="json")
    for key, value in assigned.items():
        _assign(raw, key.split("."), value)
    return parse_settings(raw, "command line") if assigned else settings


def parse_assignment(text: str) -> tuple[str, Any]:
    """Split `KEY=VALUE`, the value read as YAML, so that numbers and lists come out as such.

    Raises:
        SettingsError: there is no `=`, no key, or the value is not YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise SettingsError(f"{text!r} is not of the form KEY=VALUE, such as nlp.workers=4")
    try:
        return key, yaml.safe_load(value)
    except yaml.YAMLError:
        raise SettingsError(f"{key}: the value {value!r} is not valid YAML") from None


def _assign(raw: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        nested = raw.setdefault(key, {})
        if not isinstance(nested, dict):
            raise SettingsError(f"command line: key '{'.'.join(keys)}': '{key}' holds no keys")
        raw = nested
    raw[keys[-1]] = value


def parse_settings(raw: Any, where: str) -> Settings:
    """Validate settings that were read from `where`; see `load_settings`."""
    if isinstance(raw, dict):
        # The image side reads and checks its own part.
        raw = {key: value for key, value in raw.items() if key != _OF_MODEL}
    try:
        return Settings.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        lines = [_explain(dict(problem)) for problem in error.errors()]
        raise SettingsError("\n".join(f"{where}: {line}" for line in lines)) from None


def _explain(problem: dict[str, Any]) -> str:
    location = tuple(str(part) for part in problem["loc"])
    key = ".".join(location) or "the whole file"
    if problem["type"] == "extra_forbidden":
        allowed = _keys_at(location[:-1])
        meant = did_you_mean(location[-1], allowed)
        return f"unknown key '{key}'{meant}; the keys there are {', '.join(allowed)}"
    value = problem["input"]
    meant = did_you_mean(str(value), _choices(problem))
    return f"key '{key}' has the value {value!r}{meant}: {problem['msg']}"


def did_you_mean(word: str, allowed: Sequence[str]) -> str:
    """A question to put behind a word that is not among those allowed; empty if none is near."""
    near = difflib.get_close_matches(word, allowed, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _choices(problem: dict[str, Any]) -> list[str]:
    expected = problem.get("ctx", {}).get("expected", "")
    return re.findall(r"'([^']+)'", expected) if problem["type"] == "literal_error" else []


def _keys_at(location: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in location:
        nested = model.model_fields[part].annotation
        assert isinstance(nested, type)
        assert issubclass(nested, BaseModel)
        model = nested
    return sorted(model.model_fields)
