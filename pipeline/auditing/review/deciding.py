"""From what a reviewer asks for to rows of the corrections table, once it is sure to make sense."""

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data_contracts.concepts import ASSERTIONS, Assertion
from pipeline.auditing.tables.one_report import ReadReport
from pipeline.labelling.applying import digest_text
from pipeline.labelling.decision import Action, Decision, latest

_LONGEST_NAME: Final = 60


class DecisionError(ValueError):
    """A decision that makes no sense; the message says what would."""


def _is_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds characters that are no text") from None
    return value


#: Text that tables and answers can hold: JSON may have halves of characters.
PlainText = Annotated[str, AfterValidator(_is_text)]
#: A place in a report's text, as the table of corrections can hold it.
Offset = Annotated[int, Field(ge=0, lt=2**31)]


class Asked(BaseModel):
    """What the page sends: a decision on a mention or phrase, or that the report is done.

    Attributes:
        action: what to do; see `data_contracts.corrections.ACTIONS`.
        start: start of the phrase, in characters of the report's text.
        end: its end.
        before_concept: the mention's concept as extraction gave it; null for an added phrase.
        after_concept: the concept to give it.
        after_assertion: the assertion to give it.
        finding_start: start of the finding that a place or descriptor belongs to.
        finding_end: its end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Action
    start: Offset | None = None
    end: Offset | None = None
    before_concept: PlainText | None = None
    after_concept: PlainText | None = None
    after_assertion: Assertion | None = None
    finding_start: Offset | None = None
    finding_end: Offset | None = None


def check_reviewer(name: str) -> str:
    """A reviewer's name without blanks around it.

    Raises:
        DecisionError: it is empty, too long, or holds control characters.
    """
    name = name.strip()
    if (
        not name
        or len(name) > _LONGEST_NAME
        or any(unicodedata.category(c)[0] == "C" for c in name)
    ):
        raise DecisionError(f"give a name of 1 to {_LONGEST_NAME} letters")
    return name


def decide(
    asked: Asked,
    read: ReadReport,
    *,
    digest: str,
    reviewer: str,
    before: Sequence[Decision],
    concept_ids: Mapping[str, str],
    lexicon: str,
    now: datetime,
) -> list[Decision]:
    """The rows that a decision adds.

    `done` accepts every mention that the reviewer has not decided, so that what was reviewed and
    found right is told from what was never looked at. To withdraw it takes these acceptances back
    too, as nobody looked at the mentions one by one.

    Args:
        asked: the decision.
        read: the report and its mentions.
        digest: digest of the text that the page showed.
        reviewer: who decides.
        before: this reviewer's decisions on the report that stand.
        concept_ids: the lexicon's concepts and their names.
        lexicon: its fingerprint.
        now: the time, in UTC.

    Raises:
        DecisionError: the text has changed since, or the decision makes no sense.
    """
    if digest != digest_text(read.text):
        raise DecisionError("the report has changed since the page showed it; load it again")
    if asked.action == "done":
        open_mentions = _undecided(read, before)
        chosen = [
            _on_mention(Asked(action="accept", start=m["start"], end=m["end"],
                              before_concept=m["concept_id"]), m)
            for m in open_mentions
        ]  # fmt: skip
        chosen.append({"action": "done"})
    elif asked.action == "withdraw" and asked.start is None:
        chosen = _reopening(before)
    elif asked.action == "withdraw":
        chosen = [_withdrawal(asked, before)]
    elif asked.before_concept is None:
        chosen = [_on_phrase(asked, read, before, concept_ids)]
    else:
        mention = _find_mention(asked, read)
        chosen = [_on_mention(_checked(asked, mention, read, before, concept_ids), mention)]
    return [
        Decision(
            correction_id=uuid.uuid4().hex,
            time=now,
            reviewer=reviewer,
            report_id=read.report["report_id"],
            report_digest=digest,
            lexicon=lexicon,
            **fields,
        )
        for fields in chosen
    ]


def own_decisions(decisions: Sequence[Decision], reviewer: str, report_id: str) -> list[Decision]:
    """A reviewer's decisions on a report that stand, in the order they were made."""
    return [
        decision
        for (who, _), decision in latest(decisions).items()
        if who == reviewer and decision.report_id == report_id
    ]


def _undecided(read: ReadReport, before: Sequence[Decision]) -> list[dict[str, Any]]:
    decided = {(d.start, d.end, d.before_concept) for d in before}
    return [m for m in read.mentions if (m["start"], m["end"], m["concept_id"]) not in decided]


def _find_mention(asked: Asked, read: ReadReport) -> dict[str, Any]:
    wanted = (asked.start, asked.end, asked.before_concept)
    for mention in read.mentions:
        if (mention["start"], mention["end"], mention["concept_id"]) == wanted:
            return mention
    raise DecisionError(f"there is no mention of {asked.before_concept} at these characters")


def _checked(
    asked: Asked,
    mention: Mapping[str, Any],
    read: ReadReport,
    before: Sequence[Decision],
    concept_ids: Mapping[str, str],
) -> Asked:
    if asked.action in ("accept", "remove"):
        return asked
    if asked.action != "change":
        raise DecisionError(f"'{asked.action}' is for phrases that extraction missed")
    changed = asked.model_copy(
        update={
            "after_concept": asked.after_concept or mention["concept_id"],
            "after_assertion": asked.after_assertion or mention["assertion"],
        }
    )
    _check_concept(changed.after_concept, concept_ids)
    moved = str(changed.after_concept).partition(":")[0] != mention["category"]
    if moved or asked.finding_start is not None:
        _check_finding(changed, read, before)
    return changed


def _on_mention(asked: Asked, mention: Mapping[str, Any]) -> dict[str, Any]:
    gone = asked.action == "remove"
    return {
        "action": asked.action,
        "start": mention["start"],
        "end": mention["end"],
        "phrase": mention["text"],
        "before_concept": mention["concept_id"],
        "before_assertion": mention["assertion"],
        "after_concept": None if gone else asked.after_concept or mention["concept_id"],
        "after_assertion": None if gone else asked.after_assertion or mention["assertion"],
        "finding_start": asked.finding_start,
        "finding_end": asked.finding_end,
        "rule": mention["rule"],
        "cue": mention["cue"],
        "cue_rule": mention["cue_rule"],
    }


def _on_phrase(
    asked: Asked, read: ReadReport, before: Sequence[Decision], concept_ids: Mapping[str, str]
) -> dict[str, Any]:
    start, end = asked.start, asked.end
    if asked.action != "add" or start is None or end is None:
        raise DecisionError("name the mention to decide, or select a phrase to add")
    phrase = read.text[start:end] if 0 <= start < end <= len(read.text) else ""
    if not phrase.strip():
        raise DecisionError("select the words of the phrase to add")
    _check_concept(asked.after_concept, concept_ids)
    if asked.after_assertion not in ASSERTIONS:
        raise DecisionError(f"choose what the report says of it: {', '.join(ASSERTIONS)}")
    if any((m["start"], m["end"], m["concept_id"]) == (start, end, asked.after_concept)
           for m in read.mentions):  # fmt: skip
        raise DecisionError("this phrase is such a mention already; change it instead")
    _check_finding(asked, read, before)
    return {**asked.model_dump(), "phrase": phrase}


def _withdrawal(asked: Asked, before: Sequence[Decision]) -> dict[str, Any]:
    wanted = (asked.start, asked.end, asked.before_concept)
    for decision in before:
        mine = (decision.start, decision.end, decision.before_concept)
        added = decision.action != "add" or decision.after_concept == asked.after_concept
        if mine == wanted and added:
            return _back(decision)
    raise DecisionError("there is no decision of yours to take back")


def _reopening(before: Sequence[Decision]) -> list[dict[str, Any]]:
    """Of a report that is done: that it is, and what was accepted by saying so."""
    done = next((decision for decision in before if decision.action == "done"), None)
    if done is None:
        raise DecisionError("the report is not done; there is nothing to open again")
    # Rows that were asked for at once have one time.
    swept = [one for one in before if one.action == "accept" and one.time == done.time]
    return [_back(decision) for decision in (*swept, done)]


def _back(decision: Decision) -> dict[str, Any]:
    names = ("start", "end", "phrase", "before_concept", "before_assertion")
    kept = {name: getattr(decision, name) for name in names}
    # An added phrase is told by the category of its concept.
    after = decision.after_concept if decision.action == "add" else None
    return {"action": "withdraw", **kept, "after_concept": after}


def _check_concept(concept_id: str | None, concept_ids: Mapping[str, str]) -> None:
    if concept_id not in concept_ids:
        raise DecisionError(f"the lexicon has no concept '{concept_id}'; choose one of the list")


def _check_finding(asked: Asked, read: ReadReport, before: Sequence[Decision]) -> None:
    """A place or descriptor must belong to a finding, or it would give no label."""
    if str(asked.after_concept).startswith("finding:"):
        return
    found = {(m["start"], m["end"]) for m in read.mentions if m["category"] == "finding"}
    found |= {(d.start, d.end) for d in before if str(d.after_concept).startswith("finding:")}
    if (asked.finding_start, asked.finding_end) not in found:
        raise DecisionError("choose the finding that this place or descriptor belongs to")
