"""One text as a person sees how it is read: phrases and cues marked, and what decided each."""

import html
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from pipeline.auditing.tables.showing import plain
from pneumoloc.reports import findings_frame, read_texts

#: Ground and letters of each assertion; readable on a light and on a dark page.
COLOURS: Final = {
    "affirmed": ("#ffd6cc", "#7a1c00"),
    "negated": ("#cfe8d5", "#0f4420"),
    "uncertain": ("#ffefb3", "#5c4500"),
    "historical": ("#dddddd", "#333333"),
    "hypothetical": ("#dcd6f7", "#2f2466"),
}
_BOX: Final = "border-radius:3px;padding:0 2px;"
_CUE: Final = "text-decoration:underline wavy 1px;text-underline-offset:3px;"
_CELL: Final = "text-align:left;vertical-align:top;padding:2px 8px;"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Explanation:
    """How one text is read; a notebook shows it in colour.

    Attributes:
        text: the text.
        mentions: a dictionary for each phrase found, in text order; its keys are the columns of
            the mentions table.
        findings: what the text states, as `pneumoloc.findings` gives it.
    """

    text: str
    mentions: tuple[dict[str, Any], ...]
    findings: pd.DataFrame

    def __repr__(self) -> str:
        # Without the text, which is a patient's: this may end in a log.
        return f"<Explanation: {len(self.findings)} findings, {len(self.mentions)} phrases>"

    def __str__(self) -> str:
        lines = [plain(self.text)]
        section = ""
        for mention, indent in self._by_finding():
            if mention["section"] != section:
                section = mention["section"]
                lines.append(f"-- {section}")
            # What belongs to a finding mostly shares its fate.
            told = all(_decided(mention) != _decided(one) for one in self._owners(mention))
            why = f", {self._why(mention)}" if told else ""
            lines.append(f"{indent}{_quoted(mention['text'])}  {mention['concept_id']}{why}")
            if seen := self._seen(mention):
                lines[-1] += f", interprets {seen}"
            if _rule(mention) != "lexicon":
                lines[-1] += f", found by {_rule(mention)}"
        return "\n".join(lines if self.mentions else [*lines, "-- no phrase of the lexicon"])

    def _repr_html_(self) -> str:
        if not self.mentions:
            return f"<div>{self._marked()}<p>no phrase of the lexicon</p></div>"
        head = "".join(
            f"<th style='{_CELL}'>{name}</th>"
            for name in (
                "phrase",
                "concept",
                "assertion",
                "why",
                "belongs to",
                "interprets",
                "found by",
            )
        )
        rows = "".join(self._row(mention) for mention in self.mentions)
        return (
            f"<div>{self._marked()}<p>{_legend()}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _marked(self) -> str:
        """The text, phrases on their assertion's colour and cues underlined."""
        pieces = []
        for start, end in _pieces(self.mentions, len(self.text)):
            piece = html.escape(plain(self.text[start:end]))
            found = [one for one in self.mentions if one["start"] <= start and end <= one["end"]]
            deciding = [
                one
                for one in self.mentions
                if one["cue_start"] is not None
                and one["cue_start"] <= start
                and end <= one["cue_end"]
            ]
            style = _style(found[0], bold=any(map(_is_finding, found))) if found else ""
            style += _CUE if deciding else ""
            titles = [f"{one['concept_id']}: {self._why(one)}" for one in found]
            titles += [
                f"decides that {_quoted(one['text'])} is {one['assertion']}" for one in deciding
            ]
            if style:
                title = html.escape("\n".join(titles))
                piece = f'<span style="{style}" title="{title}">{piece}</span>'
            pieces.append(piece)
        return f"<div dir='ltr' style='white-space:pre-wrap'>{''.join(pieces)}</div>"

    def _row(self, mention: dict[str, Any]) -> str:
        owners = ", ".join(_quoted(one["text"]) for one in self._owners(mention))
        why = self._why(mention).removeprefix(mention["assertion"]).strip()
        colour = _style(mention, bold=_is_finding(mention))
        cells = [
            f"<span style='{colour}'>{html.escape(_one_line(mention['text']))}</span>",
            *map(html.escape, (mention["concept_id"], mention["assertion"], why, owners)),
            html.escape(self._seen(mention)),
            html.escape(_rule(mention)),
        ]
        return f"<tr>{''.join(f'<td style={_CELL!r}>{cell}</td>' for cell in cells)}</tr>"

    def _owners(self, mention: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in self.mentions if one["mention_id"] in mention["finding_ids"]]

    def _seen(self, mention: dict[str, Any]) -> str:
        """The findings that are taken for one, in words; empty where none is."""
        if not _is_finding(mention):
            return ""
        # Rows of the frame are those of the findings, in text order.
        row = [one for one in self.mentions if _is_finding(one)].index(mention)
        phrases = self.findings["phrase"]
        return ", ".join(_quoted(phrases[one]) for one in self.findings["interprets"][row])

    def _why(self, mention: dict[str, Any]) -> str:
        if mention["cue"] is None:
            rule = f" ({mention['cue_rule']})" if mention["cue_rule"] else ""
            return f"{mention['assertion']}{rule}"
        return f"{mention['assertion']} by {_quoted(mention['cue'])} ({mention['cue_rule']})"

    def _by_finding(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Findings, each followed by what belongs to it; what belongs to none by itself."""
        for mention in self.mentions:
            if _is_finding(mention):
                yield mention, "  "
                for other in self.mentions:
                    if mention["mention_id"] in other["finding_ids"]:
                        yield other, "    "
            elif not mention["finding_ids"]:
                yield mention, "  "


def explanation_of(text: str, lexicon: str | os.PathLike[str] | None) -> Explanation:
    """See `pneumoloc.explain`."""
    (read,) = read_texts([text], lexicon)
    return Explanation(text, tuple(read.mentions.to_pylist()), findings_frame([read]))


def _pieces(mentions: Sequence[dict[str, Any]], length: int) -> Iterator[tuple[int, int]]:
    """Stretches of the text within which the same phrases and cues stand."""
    edges = {0, length}
    for mention in mentions:
        edges |= {mention["start"], mention["end"]}
        if mention["cue_start"] is not None:
            edges |= {mention["cue_start"], mention["cue_end"]}
    yield from itertools.pairwise(sorted(edges))


def _style(mention: dict[str, Any], *, bold: bool) -> str:
    ground, letters = COLOURS[mention["assertion"]]
    weight = "font-weight:bold;" if bold else ""
    return f"background:{ground};color:{letters};{_BOX}{weight}"


def _legend() -> str:
    names = (
        f"<span style='background:{ground};color:{letters};{_BOX}'>{name}</span>"
        for name, (ground, letters) in COLOURS.items()
    )
    return f"{' '.join(names)} <span style='{_CUE}'>cue</span>"


def _rule(mention: dict[str, Any]) -> str:
    """What found a phrase: `lexicon` where its concept's own entry did."""
    rule = str(mention["rule"])
    return rule.removesuffix(f":{mention['concept_id']}")


def _decided(mention: dict[str, Any]) -> tuple[Any, ...]:
    return mention["assertion"], mention["cue_start"], mention["cue_rule"]


def _is_finding(mention: dict[str, Any]) -> bool:
    return bool(mention["category"] == "finding")


def _quoted(text: str) -> str:
    return f'"{_one_line(text)}"'


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())
