"""What a language model answered, once it was held against the report and the lexicon.

An answer is untrusted. Nothing of it is kept but where in the report a phrase stands, a concept of
the lexicon and one of the assertions; the phrase itself is the report's own.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from data_contracts.concepts import Assertion
from pipeline.auditing.second_opinion.errors import MalformedError, RefusedError

#: Most findings of a report, and most attributes of one; real ones have dozens, and a few.
_FINDINGS, _ATTRIBUTES = 300, 30
#: Longest answer that is looked at, in characters.
_LONGEST: Final = 100_000
#: What models that think aloud say before they answer.
_THOUGHTS: Final = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)

_Quote = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Concept = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class _Said(BaseModel):
    # Some models add remarks; nobody reads them.
    model_config = ConfigDict(extra="ignore", frozen=True)

    quote: _Quote
    concept: _Concept


class _Finding(_Said):
    assertion: Assertion
    attributes: list[_Said] = Field(default=[], max_length=_ATTRIBUTES)


class _Answer(BaseModel):
    findings: list[_Finding] = Field(max_length=_FINDINGS)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a reader says of a phrase; offsets count the characters of the report's text.

    Attributes:
        concept_id: the concept.
        assertion: what the report says of it.
        start: start of the phrase; None from a reader that names none.
        end: its end.
        finding_start: start of the finding that a side, zone or descriptor belongs to.
        finding_end: its end.
    """

    concept_id: str
    assertion: Assertion
    start: int | None = None
    end: int | None = None
    finding_start: int | None = None
    finding_end: int | None = None


@dataclass(slots=True)
class Checked:
    """What of an answer is left, and what was made up.

    Attributes:
        statements: what can be found in the report and in the lexicon, in the answer's order.
        invented_phrases: phrases that the report does not have.
        invented_concepts: concepts that the lexicon does not have, or not of that category.
    """

    statements: list[Statement] = field(default_factory=list)
    invented_phrases: int = 0
    invented_concepts: int = 0


def read_answer(completion: Any) -> str:
    """What the model said, out of a chat completion as OpenAI's interface gives it.

    Raises:
        MalformedError: it is no such completion, or was cut off.
        RefusedError: the model would not answer.
    """
    try:
        choice = completion["choices"][0]
        message, ended = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content"), message.get("refusal")
    except (TypeError, KeyError, IndexError, AttributeError):
        raise MalformedError from None
    if refusal or ended == "content_filter":
        raise RefusedError(200)
    if not isinstance(content, str) or ended == "length":
        raise MalformedError
    return content


def check_answer(content: str, text: str, categories: Mapping[str, str]) -> Checked:
    """Hold what the model said against the report and the lexicon.

    A phrase is found whatever its case and blanks are. Named twice, it is the first and then the
    second that the report has; an attribute's is the one nearest to its finding. What is said of a
    finding holds for its attributes. Those of a finding that was made up are left out with it.

    Args:
        content: what the model said.
        text: the report.
        categories: category by concept id.

    Raises:
        MalformedError: it is not of the form that was asked for.
    """
    checked = Checked()
    used: Counter[str] = Counter()
    for finding in _parse(content).findings:
        places = _find(finding.quote, text)
        known = categories.get(finding.concept) == "finding"
        checked.invented_phrases += not places
        checked.invented_concepts += not known
        if not (places and known):
            continue
        # The same words may name two findings in one place.
        key = f"{finding.quote.lower()} {finding.concept}"
        start, end = places[min(used[key], len(places) - 1)]
        used[key] += 1
        _add(checked, Statement(finding.concept, finding.assertion, start, end))
        for said in finding.attributes:
            _add_attribute(checked, said, finding.assertion, (start, end), text, categories)
    return checked


def _add_attribute(
    checked: Checked,
    said: _Said,
    assertion: Assertion,
    owner: tuple[int, int],
    text: str,
    categories: Mapping[str, str],
) -> None:
    places = _find(said.quote, text)
    known = categories.get(said.concept, "finding") != "finding"
    checked.invented_phrases += not places
    checked.invented_concepts += not known
    if places and known:
        start, end = min(places, key=lambda place: (abs(place[0] - owner[0]), place))
        _add(checked, Statement(said.concept, assertion, start, end, *owner))


def _add(checked: Checked, statement: Statement) -> None:
    if statement not in checked.statements:
        checked.statements.append(statement)


def _parse(content: str) -> _Answer:
    said = _THOUGHTS.sub("", content)
    if len(said) > _LONGEST:
        raise MalformedError
    # Servers that cannot hold a model to JSON let it talk around it.
    start, end = said.find("{"), said.rfind("}")
    try:
        return _Answer.model_validate(json.loads(said[start : end + 1]), strict=True)
    except (ValueError, RecursionError):
        # What pydantic says of it quotes it.
        raise MalformedError from None


def _find(quote: str, text: str) -> list[tuple[int, int]]:
    """Where the report has these words, as words of their own."""
    if not re.search(r"\w", quote):
        return []
    words = r"\s+".join(re.escape(word) for word in quote.split())
    return [one.span() for one in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)]
