"""The headings of sections, read from `headings.txt`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.lexicon.lexicon_files import (
    HEADING_FILE,
    LexiconError,
    content_lines,
    lexicon_folder,
    read_lexicon_file,
)

#: Lists that are no sections.
_OTHERS: Final = (
    "anatomy",
    "preliminary",
    "numbering",
    "joining",
    "articles",
    "anatomy_exceptions",
    "indication_nouns",
    "findings_nouns",
    "impression_nouns",
    "noun_ends",
    "elsewhere",
    "view",
    "view_words",
    "described",
    "describing",
    "showing",
    "existing",
    "asking",
    "earlier",
)
_SECTIONS: Final = (
    "findings",
    "impression",
    "addendum",
    "indication",
    "history",
    "comparison",
    "technique",
    "other",
    "diagnosis",
    "separator",
)


@dataclass(frozen=True, slots=True)
class Headings:
    """What `headings.txt` holds, in lower case.

    Attributes:
        sections: what each heading opens.
        order: sections, the first that a joined heading names counting.
        anatomy: parts of the chest.
        preliminary: headings of preliminary readings.
        numbering: words before the number of a preliminary reading.
        joining: words that join two headings.
        articles: words that a part of the chest may stand behind.
        anatomy_exceptions: beginnings of words that make another heading of a part of the chest.
        indication_nouns: nouns of other headings that open an indication.
        findings_nouns: of those that open findings.
        impression_nouns: of those that open an impression.
        noun_ends: words behind which a heading's noun stands no more.
        elsewhere: words of headings that speak of another thing than this image.
        view: words one of which a heading has that names the view.
        view_words: words that it may have beside them.
        described: what only an image shows.
        describing: verbs of sentences that describe it, and adjectives that need none.
        showing: those of them that say what views show.
        existing: how a statement begins that something is there.
        asking: words in a sentence that asks, or tells of the patient.
        earlier: words of what was before.
    """

    sections: dict[str, str]
    order: tuple[str, ...]
    anatomy: tuple[str, ...]
    preliminary: tuple[str, ...]
    numbering: tuple[str, ...]
    joining: tuple[str, ...]
    articles: tuple[str, ...]
    anatomy_exceptions: tuple[str, ...]
    indication_nouns: tuple[str, ...]
    findings_nouns: tuple[str, ...]
    impression_nouns: tuple[str, ...]
    noun_ends: tuple[str, ...]
    elsewhere: tuple[str, ...]
    view: tuple[str, ...]
    view_words: tuple[str, ...]
    described: tuple[str, ...]
    describing: tuple[str, ...]
    showing: tuple[str, ...]
    existing: tuple[str, ...]
    asking: tuple[str, ...]
    earlier: tuple[str, ...]


def load_headings(path: Path | None = None) -> Headings:
    """Read `headings.txt` of a lexicon folder, or the shipped one.

    Raises:
        LexiconError: a list is missing or unknown, or two sections claim a heading.
    """
    lists: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line, place in content_lines(
        read_lexicon_file(lexicon_folder(path), HEADING_FILE), HEADING_FILE
    ):
        if line.startswith("["):
            name = line.strip("[]").strip()
            if name not in (*_SECTIONS, *_OTHERS):
                known = ", ".join((*_SECTIONS, *_OTHERS))
                raise LexiconError(f"{place}: [{name}] is no list; lists are {known}")
            current = lists.setdefault(name, [])
        elif current is None:
            raise LexiconError(f"{place}: a heading before the first [section]")
        else:
            current += filter(None, (" ".join(one.split()) for one in line.split(",")))
    for name in (*_SECTIONS, *_OTHERS):
        if name not in lists:
            raise LexiconError(f"{HEADING_FILE}: the list [{name}] is missing")
    return Headings(
        sections=_sections(lists),
        order=tuple(name for name in lists if name in _SECTIONS),
        **{name: tuple(lists[name]) for name in _OTHERS},
    )


def _sections(lists: dict[str, list[str]]) -> dict[str, str]:
    sections: dict[str, str] = {}
    for name in _SECTIONS:
        for heading in lists[name]:
            owner = sections.setdefault(heading, name)
            if owner != name:
                raise LexiconError(
                    f"{HEADING_FILE}: '{heading}' is in [{owner}] and in [{name}]; it opens one"
                )
    return sections
