"""Out to a tool, a person's edits, and back: what becomes a decision, and what labels say then."""

from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from data_contracts.storage import write_table
from data_contracts.tables import REPORTS
from pipeline.auditing.exchange.errors import ExchangeError

REPORT = "s/1 ö"
OPACITY, EFFUSION = "finding:opacity", "finding:pleural_effusion"


def test_a_file_that_nobody_changed_gives_no_decision(exchange: Any) -> None:
    imported = exchange.load(exchange.untouched(exchange.export()))
    assert imported.refused == []
    assert imported.summary.counts["decisions"] == 0
    assert imported.summary.counts["reports_unchanged"] == 3
    assert not exchange.corrections.exists()


def test_what_was_removed_renamed_reasserted_added_and_reattached_is_applied(
    exchange: Any,
) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    del phrases["patchy"]
    del phrases["left\nlower lobe"]
    phrases["opacity"].concept = "finding:atelectasis"
    phrases["pneumonia"].assertion = "uncertain"
    added = type(phrases["left"])("effusion", EFFUSION, "affirmed")
    phrases["left"].of = [added]
    source = exchange.save(exported, REPORT, [*phrases.values(), added])

    counts = exchange.load(source).summary.counts
    assert {name: counts[name] for name in ("removed", "renamed", "reasserted", "added",
                                            "reattached", "decisions")} == {
        "removed": 2, "renamed": 1, "reasserted": 1, "added": 1, "reattached": 1, "decisions": 6,
    }  # fmt: skip
    labels, outcomes = exchange.label()
    assert outcomes == ["applied"] * 6
    row = labels[REPORT]
    assert (row[OPACITY], row["finding:atelectasis"], row[EFFUSION]) == (None, 1, 1)
    assert row["finding:pneumonia"] == -1
    # An effusion is no finding of the lung, so that its side is no label.
    assert (row["side:left"], row["zone:lower_lobe"], row["descriptor:patchy"]) == (None, 1, None)
    assert labels["r2"][EFFUSION] == 1


def test_decisions_tell_what_was_there_and_who_changed_it(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    phrases["opacity"].assertion = "uncertain"
    exchange.load(exchange.save(exported, REPORT, list(phrases.values())))
    (decision,) = exchange.log()
    assert decision.reviewer == "ada"
    assert decision.phrase == "opacity"
    assert (decision.before_concept, decision.before_assertion) == (OPACITY, "affirmed")
    assert (decision.after_concept, decision.after_assertion) == (OPACITY, "uncertain")
    assert decision.rule == "lexicon"


def test_the_same_file_again_adds_nothing(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    del phrases["patchy"]
    source = exchange.save(exported, REPORT, list(phrases.values()))
    exchange.load(source)
    before = exchange.log()
    counts = exchange.load(source).summary.counts
    assert (counts["decisions"], counts["already_decided"]) == (0, 1)
    assert exchange.log() == before
    # Another reviewer's decision is another one.
    assert exchange.load(source, reviewer="bo").summary.counts["decisions"] == 1


def test_a_dry_run_counts_and_writes_nothing(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    del phrases["patchy"]
    source = exchange.save(exported, REPORT, list(phrases.values()))
    imported = exchange.load(source, dry_run=True)
    assert imported.summary.counts["removed"] == 1
    assert imported.summary.outputs == ()
    assert not exchange.corrections.exists()


def test_done_accepts_what_was_left_alone(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    del phrases["patchy"]
    source = exchange.save(exported, REPORT, list(phrases.values()))
    exchange.load(source, done=True)
    of_report = [one.action for one in exchange.log() if one.report_id == REPORT]
    assert of_report == ["remove", "accept", "accept", "accept", "accept", "accept", "done"]
    assert set(exchange.label()[1]) == {"applied", "agrees", "recorded"}
    assert exchange.load(source, done=True).summary.counts["decisions"] == 0


def test_what_a_later_file_no_longer_shows_is_taken_back_on_request(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    patchy = phrases.pop("patchy")
    exchange.load(exchange.save(exported, REPORT, list(phrases.values())))
    source = exchange.save(exported, REPORT, [*phrases.values(), patchy])
    assert exchange.load(source).summary.counts["decisions"] == 0
    counts = exchange.load(source, take_back=True, done=True).summary.counts
    assert counts["withdrawn"] == 1
    assert exchange.label()[0][REPORT]["descriptor:patchy"] == 1
    # The phrase counts as one that was left alone.
    assert "patchy" in [one.phrase for one in exchange.log() if one.action == "accept"]


def test_a_finding_that_was_removed_says_nothing_of_its_places(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    opacity = phrases.pop("opacity")
    # Tools drop the relations of what is deleted.
    for one in phrases.values():
        one.of = [owner for owner in one.of if owner is not opacity]
    exchange.load(exchange.save(exported, REPORT, list(phrases.values())))
    assert [(one.action, one.phrase) for one in exchange.log()] == [("remove", "opacity")]


def test_blanks_that_were_selected_along_are_left_away(exchange: Any) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    phrases["new"] = type(phrases["left"])(" An effusion,", EFFUSION, "affirmed")
    exchange.load(exchange.save(exported, REPORT, list(phrases.values())))
    assert [one.phrase for one in exchange.log()] == ["An effusion,"]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda p: setattr(p["left"], "of", []), "belongs to no finding"),
        (lambda p: setattr(p["left"], "of", [p["opacity"], p["pneumonia"]]), "several findings"),
        (lambda p: setattr(p["left"], "of", [p["patchy"]]), "a relation joins something else"),
        (lambda p: setattr(p["left"], "concept", "side:middle"), "the lexicon has no concept"),
        (lambda p: setattr(p["left"], "concept", "Patient_Jones"), "a label that is no concept"),
        (lambda p: setattr(p["left"], "assertion", "Jones"), "no assertion"),
    ],
)
def test_a_change_that_makes_no_sense_refuses_its_report_alone(
    exchange: Any, edit: Any, reason: str
) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    edit(phrases)
    exchange.save(exported, REPORT, list(phrases.values()))
    others = exchange.phrases("r2")
    del others["Small"]
    imported = exchange.load(exchange.save(exported, "r2", list(others.values())))
    (refused,) = imported.refused
    assert refused.name == REPORT
    assert reason in refused.reason
    assert "Jones" not in refused.reason
    assert [one.report_id for one in exchange.log()] == ["r2"]


def test_a_report_whose_text_has_changed_since_is_refused(exchange: Any) -> None:
    source = exchange.untouched(exchange.export())
    rows = [{"report_id": report_id, "source": "csv", "sections": [],
             "text": text + ("." if report_id == REPORT else "")}
            for report_id, text in exchange.texts.items() if report_id != "r3"]  # fmt: skip
    exchange.run = exchange.folder / "other"
    mentions = exchange.folder / "run" / "mentions.parquet"
    exchange.run.mkdir()
    (exchange.run / "mentions.parquet").symlink_to(mentions)
    table = REPORTS.schema().empty_table().from_pylist(rows, schema=REPORTS.schema())
    write_table(REPORTS, table, exchange.run / "reports.parquet")
    reasons = {one.name: one.reason for one in exchange.load(source).refused}
    assert "another one than was exported" in reasons[REPORT]
    assert "no such report" in reasons["r3"]
    assert set(reasons) == {REPORT, "r3"}


def test_only_the_wanted_reports_are_written_in_their_order(exchange: Any, tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(f"r3\n{REPORT}\n", encoding="utf-8")
    exchange.export(wanted)
    assert exchange.counts["reports"] == 2
    wanted.write_text("r3\nr9\n", encoding="utf-8")
    exchange.folder = tmp_path / "elsewhere"
    with pytest.raises(ExchangeError, match="1 of its 2 reports are not in"):
        exchange.export(wanted)
    assert not exchange.folder.exists()


def test_people_s_work_is_never_written_over(exchange: Any) -> None:
    exported = exchange.export()
    before = {path: path.read_bytes() for path in exported.iterdir()}
    with pytest.raises(ExchangeError, match="is there already"):
        exchange.export()
    assert {path: path.read_bytes() for path in exported.iterdir()} == before


def test_a_file_of_something_else_is_an_error_that_names_it(exchange: Any, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"nothing\.here"):
        exchange.load(tmp_path / "nothing.here")
    with pytest.raises(ExchangeError, match="--reviewer"):
        exchange.load(tmp_path / "nothing.here", reviewer=" ")


def test_where_others_hold_the_corrections_nothing_is_written(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = exchange.export()
    phrases = exchange.phrases()
    del phrases["patchy"], phrases["opacity"]
    for one in phrases.values():
        one.of = []
    source = exchange.save(exported, REPORT, list(phrases.values()))
    monkeypatch.setattr("pipeline.auditing.corrections.log._PATIENCE", 0.0)
    exchange.corrections.mkdir()
    with (
        FileLock(exchange.corrections / ".lock"),
        pytest.raises(ExchangeError, match="another program is writing there"),
    ):
        exchange.load(source)
    assert exchange.log() == []
