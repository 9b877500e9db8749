"""`params.yaml` as both packages read it: each its own part, checked, every fault told at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from command_line.near_names import did_you_mean

PARAMS_FILE: Final = Path("params.yaml")
#: What reading YAML raises, of dates, numbers and truths that are none as well.
NOT_YAML: Final = (yaml.YAMLError, ValueError, LookupError, TypeError, RecursionError)


class SettingsError(ValueError):
    """`params.yaml` has an unknown key or a wrong value; the message names what is allowed."""


class StrictSettings(BaseModel):
    """A section of settings: an unknown key is an error, and no value changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=StrictSettings)


@dataclass(frozen=True, slots=True)
class SettingsPart(Generic[S]):
    """What one package reads of `params.yaml`.

    Attributes:
        kind: the settings to make of it.
        key: the section that holds them; empty where they are the sections themselves.
        others: sections that others read and check, and who does.
    """

    kind: type[S]
    key: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def load(self, path: Path) -> S:
        """Read and validate a settings file.

        Raises:
            SettingsError: the file is missing or not YAML, a key is unknown, or a value is wrong.
        """
        raw = read_yaml(path)
        if self.key and isinstance(raw, dict):
            raw = raw.get(self.key)
        return self.parse(raw, str(path))

    def resolve(self, path: Path | None, assigned: Mapping[str, Any]) -> S:
        """Settings of a file, or the defaults, with single values given on the command line.

        Args:
            path: the settings file; None takes `params.yaml` in the working directory where there
                is one.
            assigned: values by dotted key, such as `{"nlp.workers": 4}`.

        Raises:
            SettingsError: the file that was asked for cannot be read, a key is unknown, or a value
                is wrong.
        """
        found = path or (PARAMS_FILE if PARAMS_FILE.is_file() else None)
        # The file alone first, so that an error names the place that it is in.
        settings = self.load(found) if found else self.kind()
        if not assigned:
            return settings
        raw = settings.model_dump(mode="json")
        for key, value in assigned.items():
            self._assign(raw, key, value)
        return self.parse(raw, "command line")

    def parse(self, raw: Any, where: str) -> S:
        """Validate settings that were read from `where`; see `load`."""
        if isinstance(raw, dict):
            raw = {key: value for key, value in raw.items() if key not in self.others}
        try:
            return self.kind.model_validate(raw if raw is not None else {})
        except ValidationError as error:
            lines = [self._explain(dict(problem)) for problem in error.errors()]
            raise SettingsError("\n".join(f"{where}: {line}" for line in lines)) from None

    def _assign(self, raw: dict[str, Any], dotted: str, value: Any) -> None:
        keys = dotted.split(".")
        if keys[0] in self.others:
            raise SettingsError(
                f"command line: key '{dotted}': settings that start with '{keys[0]}.' are not read "
                f"here, but by {self.others[keys[0]]}"
            )
        if self.key:
            section, *keys = keys
            if section != self.key or not keys:
                raise SettingsError(
                    f"command line: key '{dotted}': settings that are read here start with "
                    f"'{self.key}.'"
                )
        for key in keys[:-1]:
            nested = raw.setdefault(key, {})
            if not isinstance(nested, dict):
                raise SettingsError(f"command line: key '{dotted}': '{key}' holds no keys")
            raw = nested
        raw[keys[-1]] = value

    def _explain(self, problem: dict[str, Any]) -> str:
        location = tuple(str(part) for part in problem["loc"])
        key = ".".join((self.key, *location) if self.key else location) or "the whole file"
        if problem["type"] == "extra_forbidden":
            allowed = _keys_at(self.kind, location[:-1])
            meant = did_you_mean(location[-1], allowed)
            return f"unknown key '{key}'{meant}; the keys there are {', '.join(allowed)}"
        value = problem["input"]
        meant = did_you_mean(str(value), _choices(problem))
        return f"key '{key}' has the value {value!r}{meant}: {problem['msg']}"


def read_yaml(path: Path) -> Any:
    """What a settings file holds.

    Raises:
        SettingsError: the file is missing, cannot be read, or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run in the project's root") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except NOT_YAML as error:
        raise SettingsError(f"{path}: not valid YAML: {error}") from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """Split `KEY=VALUE`, the value read as YAML, so that numbers and lists come out as such.

    Raises:
        SettingsError: there is no `=`, no key, or the value is not YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise SettingsError(
            f"{text!r} is not of the form KEY=VALUE, such as nlp.workers=4 or "
            "model.network.epochs=4"
        )
    try:
        return key, yaml.safe_load(value)
    except NOT_YAML:
        raise SettingsError(f"{key}: the value {value!r} is not valid YAML") from None


def _choices(problem: dict[str, Any]) -> list[str]:
    expected = problem.get("ctx", {}).get("expected", "")
    return re.findall(r"'([^']+)'", expected) if problem["type"] == "literal_error" else []


def _keys_at(kind: type[BaseModel], location: tuple[str, ...]) -> list[str]:
    for part in location:
        given = kind.model_fields[part].annotation
        # A section that may be left without a value is one of a union.
        sections = (one for one in (given, *get_args(given)) if isinstance(one, type))
        kind = next(one for one in sections if issubclass(one, BaseModel))
    return sorted(kind.model_fields)
