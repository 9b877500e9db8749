"""Label Studio's JSON: tasks with predictions out, tasks with annotations in.

https://labelstud.io/guide/task_format. A region has a result of type `labels` for its concept and
one of type `choices` for its assertion, both with the region's id; a result of type `relation`
joins two regions. Predictions become a person's annotations when they open the task, and the
export has these beside them.
"""

import json
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.auditing.exchange.annotations import (
    Exported,
    Mark,
    Refused,
    Returned,
    Stamp,
    checked_mark,
    relate,
    same_words,
    shown,
)
from pipeline.auditing.exchange.errors import ExchangeError, RefusedError
from pipeline.auditing.exchange.offsets import Utf16
from pipeline.lexicon.concepts import Lexicon

TASKS: Final = "tasks.json"
CONFIG: Final = "config.xml"
_TEXT, _CONCEPT, _ASSERTION, _RELATION = "text", "concept", "assertion", "of"
_COLOURS: Final = {
    "finding": "#ff8844",
    "side": "#4488ff",
    "zone": "#44aa44",
    "descriptor": "#9966cc",
}


def write(folder: Path, reports: Iterable[Exported], lexicon: Lexicon) -> None:
    """Write tasks and the labelling configuration into an empty folder."""
    (folder / CONFIG).write_text(_config(lexicon), encoding="utf-8")
    with (folder / TASKS).open("w", encoding="utf-8", newline="\n") as tasks:
        tasks.write("[")
        for number, report in enumerate(reports):
            tasks.write((",\n" if number else "\n") + json.dumps(_task(report)))
        tasks.write("\n]\n")


def read(path: Path, annotator: str | None) -> Iterator[Returned | Refused]:
    """Read tasks that Label Studio exported as JSON; those that nobody annotated are passed over.

    Args:
        path: the file.
        annotator: id or address of the person whose annotations count; None where every task has
            one person's.

    Raises:
        ExchangeError: it is no such file.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise ExchangeError(f"{path}: is no plain file; expected Label Studio's export")
    try:
        tasks = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ExchangeError(f"{path}: no such file; expected Label Studio's export") from None
    except (ValueError, RecursionError):
        tasks = None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise ExchangeError(f"{path}: is no list of tasks; export from Label Studio as JSON")
    for number, task in enumerate(tasks, start=1):
        returned = _read_task(task, f"task {number}", annotator)
        if returned is not None:
            yield returned


def _read_task(
    task: dict[str, Any], place: str, annotator: str | None
) -> Returned | Refused | None:
    name = place
    try:
        data = task.get("data")
        if not isinstance(data, dict) or not isinstance(data.get(_TEXT), str):
            raise RefusedError("has no 'data' with a 'text'; export as JSON, not as JSON-MIN")
        stamp = Stamp.parse(data.get("exported"))
        name = stamp.report_id
        results = _chosen_results(task.get("annotations"), annotator)
        if results is None:
            return None
        return Returned(stamp, data[_TEXT], _read_results(results, data[_TEXT]))
    except RefusedError as refused:
        return Refused(name, str(refused))


def _chosen_results(annotations: object, annotator: str | None) -> list[dict[str, Any]] | None:
    """Results of the one annotation that counts; None where there is none."""
    if annotations is None:
        return None
    if not isinstance(annotations, list) or not all(isinstance(one, dict) for one in annotations):
        raise RefusedError("has no list of 'annotations'")
    finished = [one for one in annotations if not one.get("was_cancelled")]
    if annotator is not None:
        finished = [one for one in finished if annotator in _names(one.get("completed_by"))]
    if not finished:
        return None
    if len(finished) > 1:
        raise RefusedError(
            "has several annotations; choose a person's with --annotator, or delete all but one"
        )
    results = finished[0].get("result")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise RefusedError("has an annotation without a list of results")
    return results


def _names(completed_by: object) -> set[str]:
    """What a person may be called: their id, or with it their address."""
    if isinstance(completed_by, dict):
        return {str(completed_by[key]) for key in ("id", "email") if key in completed_by}
    return {str(completed_by)}


def _read_results(results: list[dict[str, Any]], text: str) -> tuple[Mark, ...]:
    regions: dict[Hashable, dict[str, Any]] = {}
    assertions: dict[Hashable, str] = {}
    relations: list[tuple[Hashable, Hashable]] = []
    for result in results:
        kind, value, region = result.get("type"), result.get("value"), result.get("id")
        if kind == "relation":
            relations.append((str(result.get("from_id")), str(result.get("to_id"))))
        elif not isinstance(value, dict) or not isinstance(region, str):
            raise RefusedError("has a result of another kind than the configuration's")
        elif result.get("from_name") == _CONCEPT:
            regions[region] = value
        elif result.get("from_name") == _ASSERTION:
            assertions[region] = _only(value.get("choices"))
    marks = {
        region: _read_region(value, assertions.get(region), text)
        for region, value in regions.items()
    }
    if any(end not in marks for pair in relations for end in pair):
        raise RefusedError("a relation names a region that is not there")
    return relate(marks, relations)


def _read_region(value: dict[str, Any], assertion: str | None, text: str) -> Mark:
    start, end = (_whole(value.get(key)) for key in ("start", "end"))
    words = value.get("text")
    if isinstance(words, str) and not _are_at(words, start, end, text):
        # Older versions count as browsers do.
        counted = Utf16(text)
        start, end = counted.character(start), counted.character(end)
        if not _are_at(words, start, end, text):
            raise RefusedError("a region's words are not those at its offsets")
    return checked_mark(start, end, _only(value.get("labels")), assertion, text)


def _are_at(words: str, start: object, end: object, text: str) -> bool:
    if not (isinstance(start, int) and isinstance(end, int)):
        return False
    return 0 <= start < end and same_words(words, text[start:end])


def _whole(number: object) -> int | None:
    """An offset, which some versions write as text."""
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10:
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _only(chosen: object) -> str:
    if isinstance(chosen, list) and len(chosen) == 1 and isinstance(chosen[0], str):
        return chosen[0]
    raise RefusedError("a region has no label, or several of a kind; give it one")


def _task(report: Exported) -> dict[str, Any]:
    text = shown(report.text)
    results: list[dict[str, Any]] = []
    for i, mark in enumerate(report.marks):
        value = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        region = {"id": f"m{i}", "to_name": _TEXT}
        results.append(
            {
                **region,
                "from_name": _CONCEPT,
                "type": "labels",
                "value": {**value, "labels": [mark.concept_id]},
            }
        )
        results.append(
            {
                **region,
                "from_name": _ASSERTION,
                "type": "choices",
                "value": {**value, "choices": [mark.assertion]},
            }
        )
    results += [
        {
            "type": "relation",
            "from_id": f"m{part}",
            "to_id": f"m{finding}",
            "direction": "right",
            "labels": [_RELATION],
        }
        for part, finding in report.relations
    ]
    return {
        "data": {_TEXT: text, "report_id": report.report_id, "exported": report.stamp},
        "predictions": [{"model_version": "pneumoloc", "result": results}],
    }


def _config(lexicon: Lexicon) -> str:
    labels = [
        f"    <Label value={quoteattr(one.concept_id)} hint={quoteattr(one.preferred_name)} "
        f'background="{_COLOURS[category]}"/>'
        for category in CATEGORIES
        for one in lexicon.concepts
        if one.category == category
    ]
    choices = [f'    <Choice value="{assertion}"/>' for assertion in ASSERTIONS]
    of_each_region = 'perRegion="true" required="true" choice="single-radio"'
    return "\n".join(
        [
            "<View>",
            # Without it browsers join blanks, and offsets are no longer those of the text.
            "  <Style>.htx-text{ white-space: pre-wrap; }</Style>",
            "  <Relations>",
            f'    <Relation value="{_RELATION}"/>',
            "  </Relations>",
            f'  <Labels name="{_CONCEPT}" toName="{_TEXT}" choice="single">',
            *labels,
            "  </Labels>",
            f'  <Text name="{_TEXT}" value="${_TEXT}" granularity="symbol"/>',
            f'  <Choices name="{_ASSERTION}" toName="{_TEXT}" {of_each_region}>',
            *choices,
            "  </Choices>",
            "</View>",
            "",
        ]
    )
