"""What a report says of a study, section by section, before it is laid out."""

from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.phantom.dice import Dice, Weighted
from pipeline.phantom.lesions import LesionGroup
from pipeline.phantom.phrasebook import Phrasebook
from pipeline.phantom.readers import Reader
from pipeline.phantom.studies import PhantomStudy
from pipeline.phantom.wording import companion_context, lesion_context
from pipeline.phantom.writer import Statement

_MILD_HEART, _MODERATE_HEART = 0.505, 0.57
_LOW_VOLUME, _HIGH_VOLUME = 0.9, 1.08
_OVERLOOKED: Final = 0.04
_WITHOUT_MEANING: Final = ("effusion", "edema")
_MAY_BE_PNEUMONIA: Final = ("consolidation", "patchy")
_FIRST_RULES: Final = Weighted(
    {"stated": 50.0, "stated_with_meaning": 32.0, "stated_doubtful": 6.0, "stated_region": 12.0}
)
_CLEAR_SIDE: Final[dict[tuple[str, ...], str]] = {
    ("right",): "left_clear",
    ("left",): "right_clear",
}


@dataclass(slots=True)
class Section:
    """A section's statements; `parts` names the organ each speaks of, where that matters."""

    name: str
    statements: list[Statement] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def add(self, statement: Statement, part: str = "other") -> None:
        """Put a statement last."""
        self.statements.append(statement)
        self.parts.append(part)


class Narrator:
    """Writes the statements of one report."""

    def __init__(
        self, book: Phrasebook, dice: Dice, study: PhantomStudy, deid: str, reader: Reader
    ) -> None:
        self._book = book
        self._dice = dice
        self._reader = reader
        self._study = study
        self._deid = {"deid": deid}
        self._told = tuple(group for group in study.groups if not dice.chance(_OVERLOOKED))
        self._present = tuple(group for group in self._told if group.age != "resolved")
        self._pleura_told = False
        self._companions = _companions(self._present) if dice.chance(0.6) else None

    def simple(self, name: str, rule: str) -> Section:
        """A section of one statement that does not depend on what is in the lungs."""
        section = Section(name)
        # The reader did not write why the study was asked for.
        asked = name in ("indication", "history")
        dice = self._dice if asked else self._reader.wording(rule)
        section.add(self._book.state(rule, dice, self._deid))
        return section

    def comparison(self) -> Section:
        """With what the study is compared."""
        has_prior = self._study.prior is not None
        return self.simple("comparison", "comparison_prior" if has_prior else "comparison_none")

    def findings(self) -> Section:
        """Organ by organ, in one of the usual orders."""
        section = Section("findings")
        dice = self._dice
        if dice.chance(0.12):
            section.add(self._state("opener"))
        organs = [self._heart, self._lungs, self._pleura]
        if dice.chance(0.35):
            organs = [self._lungs, self._pleura, self._heart]
        if dice.chance(0.5):
            organs.insert(0, self._devices)
        else:
            organs.append(self._devices)
        for organ in (*organs, self._bones):
            organ(section)
        return section

    def impression(self) -> Section:
        """The conclusion, most important first."""
        section = Section("impression")
        dice = self._dice
        for index, group in enumerate(self._told):
            if index == 0 or dice.chance(0.93):
                section.add(self._concluded(group))
        if not self._present:
            section.add(self._state("impression_normal"))
        if self._study.heart_ratio > _MILD_HEART and dice.chance(0.4):
            section.add(self._state("impression_cardiomegaly"))
        if self._present and dice.chance(0.15) and not self._has("effusion"):
            section.add(self._state("impression_negative_rest"))
        if self._present and dice.chance(0.22):
            section.add(self._state("advice"))
        if dice.chance(0.06):
            section.add(self._state("signature"))
        return section

    def preliminary(self) -> Section:
        """The short reading that comes before the report proper."""
        section = Section("addendum")
        for group in self._present:
            section.add(self._concluded(group))
        if not self._present:
            section.add(self._state("impression_normal"))
        return section

    def _heart(self, section: Section) -> None:
        ratio = self._study.heart_ratio
        rule = "heart_normal"
        if ratio > _MILD_HEART:
            rule = "heart_moderate" if ratio > _MODERATE_HEART else "heart_mild"
        section.add(self._state(rule), "heart")
        if not self._has("edema") and self._dice.chance(0.25):
            section.add(self._state("vascular_normal"), "heart")

    def _lungs(self, section: Section) -> None:
        if self._study.lung_volume < _LOW_VOLUME and self._dice.chance(0.7):
            section.add(self._state("volumes_low"), "lungs")
        elif self._study.lung_volume > _HIGH_VOLUME and self._dice.chance(0.7):
            section.add(self._state("volumes_high"), "lungs")
        for group in self._told:
            if group.kind != "effusion" and not self._in_company(group):
                section.add(self._stated(group), "lungs")
        in_lungs = [group for group in self._present if group.kind != "effusion"]
        if in_lungs:
            self._rest_of_lungs(section, in_lungs)
        elif self._has("effusion") or self._dice.chance(0.5):
            section.add(self._state("lungs_clear"), "lungs")
        else:
            section.add(self._state("lungs_and_pleura_normal"), "lungs")
            self._pleura_told = True

    def _rest_of_lungs(self, section: Section, groups: list[LesionGroup]) -> None:
        sides = tuple(sorted({side for group in groups for side in group.sides}))
        rule = _CLEAR_SIDE.get(sides)
        if rule is not None and self._dice.chance(0.3):
            section.add(self._state(rule), "lungs")
        elif self._dice.chance(0.3):
            section.add(self._state("lungs_rest_clear"), "lungs")

    def _pleura(self, section: Section) -> None:
        if self._companions is not None:
            section.add(self._stated_together(*self._companions), "pleura")
        for group in self._told:
            if group.kind == "effusion" and not self._in_company(group):
                section.add(self._stated(group), "pleura")
        if self._pleura_told and not self._dice.chance(0.08):
            return
        if self._has("effusion"):
            if self._dice.chance(0.7):
                section.add(self._state("no_pneumothorax"), "pleura")
        elif self._dice.chance(0.75):
            section.add(self._state("pleura_normal"), "pleura")
        else:
            for rule in self._dice.shuffled(("no_effusion", "no_pneumothorax")):
                section.add(self._state(rule), "pleura")

    def _devices(self, section: Section) -> None:
        for device in self._study.devices:
            section.add(self._state(f"device_{device}"), "lines")
        if self._study.prior is not None and self._dice.chance(0.08):
            section.add(self._state("device_removed"), "lines")

    def _bones(self, section: Section) -> None:
        for rule, share in (
            ("bones_normal", 0.42),
            ("bones_changes", 0.16),
            ("abdomen", 0.1),
            ("incidental", 0.12),
        ):
            if self._dice.chance(share):
                section.add(self._state(rule), "bones" if rule.startswith("bones") else "other")

    def _has(self, kind: str) -> bool:
        # What is there is never denied, even where the reader passes over it.
        return any(group.kind == kind and group.age != "resolved" for group in self._study.groups)

    def _stated(self, group: LesionGroup) -> Statement:
        dice = self._reader.wording(f"stated {group.kind} {group.severity}")
        context = lesion_context(dice, group, concluding=False)
        rule = dice.weighted(_FIRST_RULES)
        meaningless = rule == "stated_with_meaning" and not _has_meaning(group, context)
        if meaningless or (rule == "stated_region" and not context["region"]):
            rule = "stated"
        if group.age != "new":
            if group.age == "resolved" or self._dice.chance(0.75):
                rule = f"stated_{group.age}"
        elif self._study.prior is not None and self._dice.chance(0.5):
            rule = "stated_new"
        return self._about(dice, group, rule, context)

    def _in_company(self, group: LesionGroup) -> bool:
        return self._companions is not None and group in self._companions

    def _stated_together(self, effusion: LesionGroup, band: LesionGroup) -> Statement:
        dice = self._reader.wording("stated together")
        context = companion_context(dice, effusion, band) | self._deid
        if dice.chance(0.5):
            statement = self._book.state("effusion_with_atelectasis", dice, context)
            return replace(statement, groups=(effusion.number, band.number))
        statement = self._book.state("atelectasis_and_effusion", dice, context)
        return replace(statement, groups=(band.number, effusion.number))

    def _concluded(self, group: LesionGroup) -> Statement:
        dice = self._reader.wording(f"concluded {group.kind} {group.severity}")
        context = lesion_context(dice, group, concluding=True)
        rule = f"impression_{group.age}"
        if group.age == "new":
            if group.kind in _MAY_BE_PNEUMONIA and dice.chance(0.45):
                rule = "impression_dx"
            elif not _has_meaning(group, context):
                rule = "stated_plainly"
        return self._about(dice, group, rule, context)

    def _about(
        self, dice: Dice, group: LesionGroup, rule: str, context: dict[str, str]
    ) -> Statement:
        statement = self._book.state(rule, dice, context | self._deid)
        return replace(statement, groups=(group.number,))

    def _state(self, rule: str) -> Statement:
        return self._book.state(rule, self._reader.wording(rule), self._deid)


def _has_meaning(group: LesionGroup, context: dict[str, str]) -> bool:
    """Whether the words leave open what the finding is: an opacity may be atelectasis."""
    return group.kind not in _WITHOUT_MEANING and "atelecta" not in context["head"]


def _companions(present: tuple[LesionGroup, ...]) -> tuple[LesionGroup, LesionGroup] | None:
    """A new effusion and a new band of atelectasis at the base of the same lung."""
    new = {group.kind: group for group in present if group.age == "new"}
    effusion, band = new.get("effusion"), new.get("atelectasis_band")
    if effusion is None or band is None or effusion.sides != band.sides:
        return None
    low = all(lesion.place in ("base", "lower_lobe") for lesion in band.lesions)
    return (effusion, band) if low and len(band.sides) == 1 else None
