"""The settings of the image side: the part `model` of `params.yaml`."""

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

PARAMS_FILE: Final = Path("params.yaml")
_PART: Final = "model"


class SettingsError(ValueError):
    """`params.yaml` has an unknown key or a wrong value; the message names what is allowed."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RadiographSettings(_Settings):
    """How the phantom cohort's pictures are drawn."""

    size: int = Field(default=256, ge=64, le=4096, description="Pixels of a side.")
    workers: int = Field(default=2, ge=1, description="Processes; changes speed, never pictures.")


class ModelSettings(_Settings):
    """All settings of the image side."""

    radiographs: RadiographSettings = RadiographSettings()


def load_settings(path: Path | None) -> ModelSettings:
    """Read the part `model` of a settings file.

    Args:
        path: the file; None takes `params.yaml` in the working directory, or the defaults where
            there is none.

    Raises:
        SettingsError: the file is missing or not YAML, a key is unknown, or a value is wrong.
    """
    found = path or (PARAMS_FILE if PARAMS_FILE.is_file() else None)
    if found is None:
        return ModelSettings()
    try:
        raw: Any = yaml.safe_load(found.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{found}: no such file; run in the project's root") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{found}: not valid YAML: {error}") from None
    part = raw.get(_PART, {}) if isinstance(raw, dict) else {}
    try:
        return ModelSettings.model_validate(part or {})
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(found, error))) from None


def _lines(path: Path, error: ValidationError) -> list[str]:
    return [
        f"{path}: {'.'.join((_PART, *map(str, problem['loc'])))}: {problem['msg']} "
        f"(given: {problem['input']!r})"
        for problem in error.errors()
    ]
