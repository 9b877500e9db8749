"""Every cue of `cues.txt` and every rule of relations has a sentence here that needs it.

Without the cue, or with the rule switched off, the sentence is read otherwise. A new cue wants a
sentence: in a table of this folder, or in `cue_sentences.txt`, a table of such sentences.
"""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.reference import Reader
from pipeline.language.negex import NegexCues
from pipeline.language.tokens import Token, blank_pipeline, tokenize
from pipeline.lexicon.concepts import expand_phrase
from pipeline.lexicon.cues import CueEntry
from pipeline.lexicon.lexicon_files import (
    CUE_FILE,
    content_lines,
    read_lexicon_file,
    shipped_folder,
)
from pipeline.rules import coordination, interpretation, modifiers, reading, relations, subjects
from pipeline.rules.values import PassageAnalysis, PassageText

FOLDER = Path(__file__).parent
Hit = tuple[CueEntry, int, int]
CueLine = tuple[str, str]


def cue_lines() -> list[CueLine]:
    """Lines of the shipped cues, each with the heading it stands under."""
    lines, heading = [], ""
    for line, _ in content_lines(read_lexicon_file(shipped_folder(), CUE_FILE), CUE_FILE):
        if line.startswith("["):
            heading = line.strip("[]")
        else:
            lines.append((heading, line))
    return list(dict.fromkeys(lines))


def table() -> list[tuple[str, str]]:
    """Sentences for cues, and what each says of its findings."""
    text = (FOLDER / "cue_sentences.txt").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = [row.rpartition(" | ") for row in rows]
    return [(sentence, said) for sentence, _, said in pairs]


def sentences() -> list[str]:
    """All sentences of this folder's tables."""
    found = [sentence for sentence, _ in table()]
    for file in sorted(FOLDER.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            first = node.elts[0] if isinstance(node, ast.Tuple) and node.elts else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append(first.value)
    return list(dict.fromkeys(found))


class WithoutLine:
    """The cues of a text, less what one line of `cues.txt` gives.

    Attributes:
        left_out: the line; None leaves out none.
        met: the lines that gave a cue since it was last emptied.
    """

    def __init__(self, negex: NegexCues) -> None:
        self._negex = negex
        self._nlp = blank_pipeline()
        self._of_words: dict[tuple[str, ...], list[CueLine]] = {}
        for line in cue_lines():
            for phrase in expand_phrase(line[1]):
                words = tuple(token.word for token in tokenize(self._nlp, phrase))
                self._of_words.setdefault(words, []).append(line)
        self.left_out: CueLine | None = None
        self.met: set[CueLine] = set()

    def find(self, tokens: list[Token]) -> list[Hit]:
        hits = []
        for entry, start, end in self._negex.find(tokens):
            words = tuple(token.word for token in tokens[start:end])
            lines = self._of_words.get(words, [])
            self.met.update(lines)
            left = self._less(entry, lines)
            if left is not None:
                hits.append((left, start, end))
        return hits

    def _less(self, entry: CueEntry, lines: list[CueLine]) -> CueEntry | None:
        """What is left of a cue."""
        if self.left_out is None or self.left_out not in lines:
            return entry
        heading = self.left_out[0]
        if heading == "stop":
            return None if entry.kind == "termination" else entry
        if heading == "identity":
            return entry._replace(
                readings=tuple(r._replace(identity=False) for r in entry.readings)
            )
        assertion, direction = heading.split()
        if direction == "pseudo":
            return None if entry.kind == "pseudo" else entry
        kept = tuple(
            r for r in entry.readings if (r.assertion, r.direction) != (assertion, direction)
        )
        decides = entry.kind in ("preceding", "following")
        return None if decides and not kept else entry._replace(readings=kept)


def read(reader: Reader, sentence: str) -> PassageAnalysis:
    later = tuple(start for start, _ in reader.splitter.sentences(sentence)[1:])
    return reader.read(PassageText(sentence, "findings", later))


@pytest.mark.parametrize(("sentence", "expected"), table(), ids=[s for s, _ in table()])
def test_cue_decides(extractor: Extractor, sentence: str, expected: str) -> None:
    mentions = extractor.read(sentence, "findings").mentions
    found = [
        f"{m.concept_id.partition(':')[2]} {m.assertion}"
        for m in mentions
        if m.category == "finding" or f"{m.concept_id.partition(':')[2]} " in expected
    ]
    assert ", ".join(found) == expected


def test_every_cue_has_a_sentence_that_needs_it(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    cues = WithoutLine(reader._negex)
    monkeypatch.setattr(reader, "_negex", cues)
    without = set(cue_lines())
    for sentence in sentences():
        cues.left_out, cues.met = None, set()
        whole = read(reader, sentence)
        for line in cues.met & without:
            cues.left_out = line
            if read(reader, sentence) != whole:
                without.discard(line)
    told = "\n".join(
        f"[{heading}] {line}" for heading, line in cue_lines() if (heading, line) in without
    )
    assert not without, f"no sentence needs these; write one to cue_sentences.txt:\n{told}"


RULES = [
    (module, name)
    for module in (relations, modifiers, coordination, subjects)
    for name, rule in inspect.getmembers(module, inspect.isfunction)
    if rule.__module__ == module.__name__
    and "return" in get_type_hints(rule)
    and get_type_hints(rule)["return"] in (bool, tuple[int, ...])
]


def off(rule: Callable[..., object]) -> Callable[..., object]:
    nothing: object = False if get_type_hints(rule)["return"] is bool else ()
    return lambda *_: nothing


@pytest.mark.parametrize(("module", "name"), RULES, ids=[name for _, name in RULES])
def test_every_rule_of_relations_has_a_sentence_that_needs_it(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    rule: Callable[..., object] = getattr(module, name)

    def needs(sentence: str) -> bool:
        whole = read(reader, sentence)
        with monkeypatch.context() as patched:
            patched.setattr(module, name, off(rule))
            for other in (relations, modifiers, coordination, subjects, interpretation, reading):
                if getattr(other, name, None) is rule:
                    patched.setattr(other, name, off(rule))
            return read(reader, sentence) != whole

    of_cues = {sentence for sentence, _ in table()}
    others = [sentence for sentence in sentences() if sentence not in of_cues]
    assert any(map(needs, others)), f"no sentence of this folder's tables needs {name}"


def test_a_cue_without_a_sentence_is_told(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    cues = WithoutLine(reader._negex)
    monkeypatch.setattr(reader, "_negex", cues)
    whole = read(reader, "No pneumonia.")
    cues.left_out = ("negated before", "no")
    assert read(reader, "No pneumonia.") != whole
    cues.left_out = ("negated before", "nary a")
    assert read(reader, "No pneumonia.") == whole
