"""What a language model is asked: a text file, the lexicon's concepts, and the report as data."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.lexicon.concepts import Concept, Lexicon

_CONCEPTS: Final = "concepts"
#: Longest answer, in tokens; a long report's has some hundreds.
_TOKENS: Final = 4096


@dataclass(frozen=True)
class Prompt:
    """Everything that is asked beside the report.

    Attributes:
        instructions: the prompt with its concepts, as the system's message.
        categories: category of each concept that may be answered, by its id.
    """

    instructions: str
    categories: dict[str, str]

    def request(self, model: str, text: str, *, with_schema: bool) -> dict[str, Any]:
        """The body of a request, OpenAI's chat completions.

        The report is the whole of the user's message. It is never put into the prompt, so that
        nothing in it can be taken for a part of that.

        Args:
            model: name of the model.
            text: the report.
            with_schema: whether the server is asked to hold the answer to its form.
        """
        asked: dict[str, Any] = {
            "model": model,
            "messages": [
                {"role": "system", "content": self.instructions},
                {"role": "user", "content": text},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": _TOKENS,
            "stream": False,
        }
        if with_schema:
            form = {"name": "reading", "strict": True, "schema": self._schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": form}
        return asked

    @cached_property
    def digest(self) -> str:
        """SHA-256 of a request without model and report, in hexadecimal."""
        asked = self.request("", "", with_schema=True)
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @cached_property
    def _schema(self) -> dict[str, Any]:
        findings = [one for one, category in self.categories.items() if category == "finding"]
        others = [one for one, category in self.categories.items() if category != "finding"]
        attribute = _object(quote=_QUOTE, concept=_one_of(others))
        finding = _object(
            quote=_QUOTE,
            concept=_one_of(findings),
            assertion=_one_of(ASSERTIONS),
            attributes={"type": "array", "items": attribute},
        )
        return _object(findings={"type": "array", "items": finding})


def load_prompt(lexicon: Lexicon, path: Path | None = None) -> Prompt:
    """The prompt of a file with a lexicon's concepts in the place of `$concepts`.

    Args:
        lexicon: the concepts that an answer may name.
        path: the text file; None takes the shipped one.

    Raises:
        SecondOpinionError: the file is missing, no UTF-8 text, or has no place for the concepts.
    """
    file = path or resources.files("pipeline.auditing.second_opinion") / "prompt.txt"
    try:
        template = Template(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SecondOpinionError(f"{file}: expected a prompt as a text file in UTF-8") from None
    named = list(_named(lexicon))
    try:
        usable = set(template.get_identifiers()) == {_CONCEPTS}
        instructions = template.substitute({_CONCEPTS: "\n".join(_line(one) for one in named)})
    except (KeyError, ValueError):
        usable, instructions = False, ""
    if not usable:
        raise SecondOpinionError(
            f"{file}: expected $concepts once, where the concepts are to stand, and $$ for a dollar"
        )
    return Prompt(instructions, {one.concept_id: one.category for one in named})


def _named(lexicon: Lexicon) -> Iterator[Concept]:
    """The concepts that words can name; the others are only implied by these."""
    return (one for one in lexicon.concepts if one.phrases or one.weak_phrases)


def _line(concept: Concept) -> str:
    return f"{concept.concept_id}  {concept.preferred_name}"


_QUOTE: Final = {"type": "string"}


def _one_of(values: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
