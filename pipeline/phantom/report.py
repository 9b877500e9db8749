"""One study's report, from its content to its text."""

from typing import Final

from pipeline.phantom.dice import Dice
from pipeline.phantom.layout import ReportText, Style, draw_style, lay_out
from pipeline.phantom.narrative import Narrator, Section
from pipeline.phantom.noise import mask_word, misspell, repeat_word
from pipeline.phantom.phrasebook import Phrasebook
from pipeline.phantom.readers import Reader
from pipeline.phantom.studies import PhantomStudy

_REPORTS: Final = 3
_MISSPELT, _REPEATED, _MASKED = 0.08, 0.02, 0.35
_MIMIC_MARK, _OPENI_MARK = "___", "XXXX"


def write_report(book: Phrasebook, seed: int, study: PhantomStudy) -> ReportText:
    """Write the report of a study; it depends on the seed and the study alone."""
    dice = Dice(seed, _REPORTS, study.number)
    style = draw_style(dice)
    deid = _MIMIC_MARK if dice.chance(0.65) else _OPENI_MARK
    narrator = Narrator(book, dice, study, deid, Reader(seed, dice))
    sections = _sections(dice, style, narrator)
    if not style.headed:
        sections = [_run_together(sections)]
    _disturb(dice, sections, deid)
    mimic = deid == _MIMIC_MARK
    return lay_out(dice, style, sections, final_report=mimic and dice.chance(0.6))


def _sections(dice: Dice, style: Style, narrator: Narrator) -> list[Section]:
    sections: list[Section] = []
    if style.headed:
        if dice.chance(0.04):
            sections.append(narrator.preliminary())
        if dice.chance(0.5):
            sections.append(narrator.simple("technique", "technique"))
        if dice.chance(0.85):
            name = "history" if dice.chance(0.2) else "indication"
            sections.append(narrator.simple(name, name))
        if dice.chance(0.7):
            sections.append(narrator.comparison())
    shape = dice.roll()
    if shape < 0.90:
        sections.append(narrator.findings())
    if shape < 0.05 or shape >= 0.12:
        sections.append(narrator.impression())
    if style.headed and dice.chance(0.03):
        sections.append(narrator.simple("addendum", "addendum_note"))
    return sections


def _run_together(sections: list[Section]) -> Section:
    body = Section("findings")
    for section in sections:
        for statement, part in zip(section.statements, section.parts, strict=True):
            body.add(statement, part)
    return body


def _disturb(dice: Dice, sections: list[Section], deid: str) -> None:
    for noise, share in ((misspell, _MISSPELT), (repeat_word, _REPEATED)):
        if dice.chance(share):
            noise(dice, dice.pick(dice.pick(sections).statements))
    if deid == _OPENI_MARK and dice.chance(_MASKED):
        mask_word(dice, dice.pick(dice.pick(sections).statements), deid)
