"""The headings radiologists write, and the section each one opens."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: Ends the section before it; what follows, up to the next heading, is body.
SEPARATOR: Final = "separator"
#: Opens a description of the image where it follows a section that states nothing.
ANATOMY: Final = "anatomy"
#: Sections around the image, which a paragraph without a heading ends.
CONTEXT_SECTIONS: Final = frozenset({"indication", "history", "technique", "comparison"})

_PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "findings": (
        "finding", "findings", "radiographic findings", "radiological findings", "chest findings",
        "pertinent findings", "positive findings", "description",
    ),
    "impression": (
        "impression", "impressions", "imp", "final impression", "conclusion", "conclusions",
        "opinion", "summary", "interpretation", "final diagnosis", "radiographic diagnosis",
    ),
    "addendum": ("addendum", "addenda", "final addendum", "addendum report"),
    "indication": (
        "indication", "indications", "clinical indication", "clinical indications",
        "indication for exam", "indication for examination", "indication for study",
        "reason", "reason for exam", "reason for examination", "reason for this exam",
        "reason for this examination", "reason for study", "reason for the study",
        "reason for the exam", "reason for the examination", "reason for procedure",
        "clinical information", "clinical data", "clinical details", "clinical question",
        "clinical concern", "clinical statement", "clinical symptoms",
    ),
    "history": (
        "history", "clinical history", "patient history", "brief history", "medical history",
        "past medical history", "hx", "clinical hx",
    ),
    "technique": (
        "technique", "techniques", "exam", "exams", "examination", "examinations", "exam type",
        "type of exam", "type of examination", "study", "procedure", "procedures", "views",
        "view", "number of views", "protocol",
    ),
    "comparison": (
        "comparison", "comparisons", "comparison study", "comparison studies", "comparison exam",
        "comparison examination", "comparison film", "comparison films",
        "comparison radiograph", "comparison radiographs", "prior", "priors", "prior study",
        "prior studies", "prior exam", "prior exams", "previous study", "previous exam",
    ),
    "other": (
        "notification", "notifications", "telephone notification", "recommendation",
        "recommendations", "communication", "critical result", "critical results",
        "critical communication", "attestation", "dictated by", "signed by",
        "electronically signed by",
    ),
    SEPARATOR: ("final report", "preliminary report", "radiology report", "end of addendum"),
}  # fmt: skip
_NAMES: Final = {phrase: name for name, phrases in _PHRASES.items() for phrase in phrases}
# Which section a combined heading opens: what states something comes before what does not.
_PRECEDENCE: Final = (
    "findings", "impression", "addendum", "indication", "history", "comparison", "technique",
    "other", SEPARATOR,
)  # fmt: skip
#: How text before a colon ends where it may be a heading, to pass by other text at little cost.
HEADING_ENDINGS: Final = (*sorted({phrase.split()[-1] for phrase in _NAMES}), ")")


def _trie_pattern(phrases: Iterable[str]) -> str:
    """One regular expression for many phrases that shares their beginnings, longest first."""
    tails: dict[str, list[str]] = {}
    ends = False
    for phrase in phrases:
        if phrase:
            tails.setdefault(phrase[0], []).append(phrase[1:])
        else:
            ends = True
    branches = [
        (r"[ \t]+" if first == " " else re.escape(first)) + _trie_pattern(rest)
        for first, rest in sorted(tails.items())
    ]
    if not branches:
        return ""
    if ends:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_PHRASE: Final = rf"(?:{_trie_pattern(_NAMES)}(?:\(s\))?(?!\w))"
_JOINED: Final = rf"{_PHRASE}(?:[ \t]*(?:[/&,+]|[ \t]and[ \t]|[ \t]or[ \t])[ \t]*{_PHRASE})*"
_QUALIFIER: Final = r"(?:[ \t]*#?[ \t]*\d{1,2}(?![.)\d]))?(?:[ \t]*\([^()\n]{0,60}\))?"

# All patterns but one read lower-case text; whether the original is in capitals is judged apart.
#: What follows a heading in capitals that ends in nothing: a sentence, or a numbered list.
SENTENCE_START: Final = re.compile(r"[ \t]*(?:[A-Z][a-z]|[A-Z][ \t][a-z]|\d{1,2}[.)])")
#: A heading directly before a colon inside a line; searched for in the text up to that colon.
HEADING_BEFORE_COLON: Final = re.compile(rf"\b(?P<heading>{_JOINED}){_QUALIFIER}[ \t]*\Z")
_PARTS: Final = (
    "lung", "lungs", "pulmonary", "airspace", "airspaces", "airway", "airways", "trachea",
    "heart", "cardiac", "cardiomediastinal", "cardiovascular", "mediastinum", "mediastinal",
    "hila", "hilar", "hilum", "pleura", "pleural", "diaphragm", "diaphragms", "bone", "bones",
    "osseous", "skeletal", "skeleton", "soft tissue", "soft tissues", "vascular", "vasculature",
    "lines", "tubes", "devices", "support devices", "upper abdomen", "chest",
)  # fmt: skip
_PART: Final = _trie_pattern(_PARTS)
_PLAIN: Final = (
    rf"(?P<heading>{_JOINED}){_QUALIFIER}[*\]>]*[ \t]*"
    r"(?:(?P<colon>:+[*\]]*)|(?P<dash>;|[-\u2013\u2014]{1,2}(?=[ \t]))"
    r"|(?P<alone>[\]*#_=>-]*[ \t]*$))?"
)
# A preliminary reading carries the reader's initials and the time in its heading.
_STAMPED: Final = (
    r"(?P<stamped>wet[ \t]+read(?:ing)?(?:[ \t]+version[ \t]*#?[ \t]*\d+)?"
    r"|provisional[ \t]+findings[ \t]+impression|pfi)\b(?:[ \t]*\(pfi\))?(?:"
    r"[ \t]*:?[^\n.:]{0,60}?\d{1,2}:\d{2}(?:[ \t]*[ap]\.?m\b\.?)?[ \t]*$"
    r"|[ \t]*:|[ \t]*$)"
)
_ANATOMIC: Final = rf"(?P<anatomy>(?:the[ \t]+)?{_PART}\b(?![^:\n]*histor)[^:.\n]{{0,40}}:)"
#: A heading at the start of a line, behind the line break before it. Groups: `anatomy`, a part of
#: the chest, followed by what is seen there; `stamped`, a preliminary reading; or `heading`, with
#: what ends it: a `colon`, a `dash`, or the end of the line (`alone`), or none of them.
LINE_HEADING: Final = re.compile(rf"\n[^a-z\n]*+(?:{_STAMPED}|{_PLAIN}|{_ANATOMIC})", re.MULTILINE)
#: A line that begins as most headings do, with plain words before a colon, or that is nothing but
#: words in capitals; with the line breaks before it, in its one group.
HEADING_LINE: Final = re.compile(
    r"(\n\s{0,80}+[A-Z](?:[A-Z ]{1,40}+(?=\n)|[A-Za-z ]{1,40}+:(?![:*\]])))"
)
#: An anatomic heading inside a line, behind a sentence; searched for in the text up to its colon.
ANATOMY_BEFORE_COLON: Final = re.compile(rf"[.;][ \t]+(?P<heading>{_PART}\b[^:.;\n]{{0,30}})\Z")
_CONNECTORS: Final = re.compile(r"[/&,+]|\b(?:and|or)\b")


@lru_cache(maxsize=4096)
def section_of(heading: str) -> str:
    """The section that a heading opens, or `SEPARATOR`.

    Args:
        heading: as it was matched in lower-case text, such as "findings and impression".
    """
    plain = heading.replace("(s)", "")
    parts = (" ".join(part.split()) for part in _CONNECTORS.split(plain))
    names = {_NAMES[part] for part in parts if part in _NAMES}
    return next(name for name in _PRECEDENCE if name in names)


@lru_cache(maxsize=4096)
def opened_by(heading: str) -> str | None:
    """What a heading opens; None where that cannot be told without the text around it.

    Args:
        heading: the group of `HEADING_LINE`.
    """
    match = LINE_HEADING.match(f"\n{heading.lstrip().lower()}")
    if match is None or match.lastgroup not in ("anatomy", "colon", "alone"):
        return None
    return ANATOMY if match.lastgroup == "anatomy" else section_of(match["heading"])
