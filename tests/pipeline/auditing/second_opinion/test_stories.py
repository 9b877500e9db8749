"""What a user sees of a second opinion: reports asked about over HTTP, and what is kept."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command_line.summary import StageSummary
from data_contracts.second_opinions import SECOND_OPINIONS, SECOND_READINGS
from data_contracts.storage import read_table
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.settings import LabelSettings
from pipeline.stages.second_opinion import ModelToAsk, TableToRead, second_opinion

from .conftest import Said, SmallServer, answering, completion, finding

Serve = Callable[..., SmallServer]
Ask = Callable[..., StageSummary]
Statement = tuple[str, str, str, str, dict[str, str]]


@pytest.fixture
def ask(folder: Path, lexicon_folder: Path, tmp_path: Path) -> Ask:
    """The stage over the four reports, all of them unless a test says otherwise."""

    def run(small: SmallServer | None = None, **more: Any) -> StageSummary:
        asking = {name: more.pop(name) for name in ("prompt", "timeout", "at_once", "key", "name",
                                                    "allowed_hosts") if name in more}  # fmt: skip
        address = more.pop("address", small.address if small else "")
        settings = {
            "reader": ModelToAsk(address=address, **asking),
            "settings": LabelSettings(),
            "lexicon": lexicon_folder,
            "tables": folder,
            "pick": "all",
            "reports": 100,
            "seed": 0,
            "corrections": tmp_path / "corrections",
            "out": folder,
        }
        return second_opinion(**{**settings, **more})

    return run


def readings(folder: Path) -> dict[str, dict[str, Any]]:
    rows = read_table(SECOND_READINGS, folder / "second_readings.parquet").to_pylist()
    return {row["report_id"]: row for row in rows}


def opinions(folder: Path, report_id: str) -> list[tuple[str, str, str]]:
    rows = read_table(SECOND_OPINIONS, folder / "second_opinions.parquet").to_pylist()
    return [
        (row["phrase"], row["concept_id"], row["assertion"])
        for row in rows
        if row["report_id"] == report_id
    ]


def test_answers_are_kept_as_proposals_with_who_gave_them_and_where_they_differ(
    serve: Serve, ask: Ask, folder: Path
) -> None:
    before = (folder / "labels.parquet").stat().st_mtime_ns
    done = ask(serve())
    counts = done.counts
    assert (counts["picked"], counts["asked"], counts["answered"]) == (4, 4, 4)
    assert (counts["proposals"], counts["invented_phrases"]) == (7, 0)
    # An effusion that ours affirms, an atelectasis that ours does not have.
    assert (counts["reports_differing"], counts["differences"]) == (2, 2)
    assert opinions(folder, "r1") == [
        ("opacity", "finding:opacity", "affirmed"),
        ("patchy", "descriptor:patchy", "affirmed"),
        ("left", "side:left", "affirmed"),
        ("opacity", "finding:opacity", "negated"),
    ]
    read = readings(folder)
    assert {row["model"] for row in read.values()} == {"small-1"}
    assert {len(row["prompt_digest"]) for row in read.values()} == {64}
    assert all(row["time"].year >= 2025 for row in read.values())
    # The rule of labels makes values of what was read, with what a finding implies.
    assert dict(read["r1"]["values"]) == {
        "finding:opacity": 1,
        "finding:lung_opacity_any": 1,
        "side:left": 1,
        "descriptor:patchy": 1,
    }
    assert dict(read["r4"]["values"]) == {}
    assert (folder / "labels.parquet").stat().st_mtime_ns == before


def test_a_report_is_sent_as_it_is_and_nothing_of_it_stands_in_the_prompt(
    serve: Serve, ask: Ask
) -> None:
    small = serve()
    ask(small)
    assert min(small.reports).startswith("FINDINGS: No pneumonia.")
    for one in small.asked:
        system, user = one["messages"]
        assert (system["role"], user["role"]) == ("system", "user")
        assert "Zebulon" not in system["content"]
        assert "finding:pleural_effusion" in system["content"]
        # Only implied by others: no words name it.
        assert "finding:lung_opacity_any" not in system["content"]
        form = one["response_format"]["json_schema"]["schema"]
        assert "finding:opacity" in json.dumps(form)


def test_the_same_model_and_prompt_are_not_asked_again_another_prompt_is(
    serve: Serve, ask: Ask, folder: Path, tmp_path: Path
) -> None:
    small = serve()
    ask(small)
    again = ask(small)
    assert (again.counts["answered_before"], again.counts["asked"]) == (4, 0)
    assert again.counts["differences"] == 2
    assert len(small.asked) == 4
    own = tmp_path / "prompt.txt"
    own.write_text("List findings. Concepts:\n$concepts\n", encoding="utf-8")
    assert ask(small, prompt=own).counts["asked"] == 4
    assert ask(small, name="small-2").counts["asked"] == 4
    rows = read_table(SECOND_READINGS, folder / "second_readings.parquet").to_pylist()
    assert len({(row["model"], row["prompt_digest"]) for row in rows}) == 3
    assert len(rows) == 12


def test_what_a_run_failed_on_is_asked_about_again(serve: Serve, ask: Ask, folder: Path) -> None:
    small = serve(answering(effusion="I would say there is an effusion."))
    first = ask(small)
    assert (first.counts["answered"], first.counts["malformed"]) == (3, 1)
    assert readings(folder)["r2"]["outcome"] == "malformed"
    assert opinions(folder, "r2") == []
    small.answer = answering(effusion={"findings": [finding("effusion", "pleural_effusion")]})
    second = ask(small)
    assert (second.counts["answered_before"], second.counts["asked"]) == (3, 1)
    assert readings(folder)["r2"]["outcome"] == "answered"


def test_a_run_that_is_broken_off_keeps_what_was_answered(
    serve: Serve, ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.auditing.second_opinion.keeping import Kept

    small = serve()
    taken, calls = Kept.add, []

    def interrupted(kept: Kept, *row: Any) -> None:
        taken(kept, *row)
        calls.append(row)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Kept, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask(small, at_once=1)
    assert sorted(readings(folder)) == ["r1", "r2"]
    monkeypatch.undo()
    rest = ask(small, at_once=1)
    assert (rest.counts["answered_before"], rest.counts["answered"]) == (2, 2)


def test_opinions_whose_reading_was_never_written_count_for_nothing(
    serve: Serve, ask: Ask, folder: Path
) -> None:
    small = serve()
    ask(small)
    # As a kill between the two writes leaves them.
    (folder / "second_readings.parquet").unlink()
    again = ask(small)
    assert (again.counts["asked"], again.counts["proposals"]) == (4, 7)
    assert len(opinions(folder, "r1")) == 4


@pytest.mark.parametrize(
    "said",
    [
        "no JSON at all",
        '{"findings": "none"}',
        '{"findings": [{"quote": "effusion"}]}',
        {"findings": [finding("effusion", "pleural_effusion", "perhaps")]},
        {"findings": [finding("", "pleural_effusion")]},
        '{"findings": ' + "[" * 50_000,
        {"findings": [finding("effusion", "pleural_effusion")] * 301},
        Said(body=b"<html>"),
        Said(body=b'{"choices": []}'),
        Said(body=b'{"choices": [{"message": {"content": null}}]}'),
        Said(body=b'{"choices": [{"finish_reason": "length", "message": {"content": "{}"}}]}'),
        Said(body=b"[" * 100_000),
        Said(body=b" " * 5_000_000),
    ],
    ids=lambda said: repr(said)[:40],
)
def test_malformed_answers_are_counted_and_never_written(
    serve: Serve, ask: Ask, folder: Path, said: Any
) -> None:
    done = ask(serve(answering(effusion=said)))
    assert (done.counts["answered"], done.counts["malformed"]) == (3, 1)
    assert readings(folder)["r2"]["outcome"] == "malformed"
    assert done.counts["proposals"] == 0
    assert opinions(folder, "r2") == []


def test_what_is_made_up_is_counted_and_the_rest_is_kept(
    serve: Serve, ask: Ask, folder: Path
) -> None:
    done = ask(
        serve(
            answering(
                Zebulon={
                    "findings": [
                        finding("opacity", "opacity", zone__base="apex", side__left="left",
                                side__both="patchy", finding__pneumonia="base"),
                        finding("pneumothorax", "pneumonia"),
                        finding("opacity", "martian_lung"),
                        finding("pac", "opacity"),
                        finding(".", "opacity"),
                    ]
                }
            )
        )
    )  # fmt: skip
    # Phrases: apex, pneumothorax, a part of a word, a full stop.
    assert done.counts["invented_phrases"] == 4
    # Concepts: both sides, a finding for an attribute, martians.
    assert done.counts["invented_concepts"] == 3
    assert readings(folder)["r1"]["outcome"] == "answered"
    assert readings(folder)["r1"]["invented_phrases"] == 4
    assert opinions(folder, "r1") == [
        ("opacity", "finding:opacity", "affirmed"),
        ("left", "side:left", "affirmed"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        Said(after=5.0, body=b"{}"),
        # Each byte comes soon, all of them never.
        Said(body=b" " * 1_000, between=0.1),
    ],
    ids=["silent", "trickling"],
)
def test_slow_answers_are_cut_off_and_counted(
    serve: Serve, ask: Ask, folder: Path, said: Said
) -> None:
    done = ask(serve(answering(effusion=said)), timeout=2.0)
    assert (done.counts["answered"], done.counts["slow"]) == (3, 1)
    assert readings(folder)["r2"]["outcome"] == "slow"
    # The trickle would have gone on for 100 seconds.
    assert readings(folder)["r2"]["seconds"] < 30


@pytest.mark.parametrize(
    "said",
    [
        Said(status=500, body=b"no"),
        Said(status=429),
        completion("", refusal="I cannot help with that."),
    ],
    ids=["broken", "busy", "the model will not"],
)
def test_refusals_are_counted(serve: Serve, ask: Ask, folder: Path, said: Said) -> None:
    done = ask(serve(answering(effusion=said)))
    assert (done.counts["answered"], done.counts["refused"]) == (3, 1)
    assert readings(folder)["r2"]["outcome"] == "refused"


def test_a_server_without_schemas_is_asked_without_and_talks_around_its_json(
    serve: Serve, ask: Ask
) -> None:
    said = json.dumps({"findings": [finding("effusion", "pleural_effusion")]})
    thought = f"<think>{{no}} effusion?</think>\nHere it is:\n```json\n{said}\n```\nAnything else?"
    small = serve(answering(effusion=thought), with_schema=False)
    done = ask(small, at_once=1)
    assert (done.counts["answered"], done.counts["proposals"]) == (4, 1)
    # Only the first report was asked about twice.
    assert len(small.asked) == 5
    assert any("to a form" in one for one in done.notices)


def test_no_more_reports_are_asked_about_at_a_time_than_was_said(serve: Serve, ask: Ask) -> None:
    small = serve(lambda _: Said(after=0.2, body=completion({"findings": []}).body))
    ask(small, at_once=2)
    assert small.most_at_once == 2


def test_a_server_that_goes_away_ends_the_run_with_what_it_has(
    serve: Serve, ask: Ask, folder: Path, label_run: Callable[..., Path]
) -> None:
    many: list[Statement] = [(f"m{n}", "findings", "Clear.", "affirmed", {}) for n in range(12)]
    label_run(folder, many)
    dead = Said(status=200, headers={"Transfer-Encoding": "chunked"})
    seen: list[int] = []

    def answer(_: object) -> Any:
        seen.append(1)
        return {"findings": []} if len(seen) <= 3 else dead

    done = ask(serve(answer), at_once=1, timeout=5)
    assert done.counts["answered"] == 3
    assert done.counts["unreachable"] == 5
    assert done.counts["not_asked"] == 4
    assert any("same command" in one for one in done.notices)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "API key"), (403, "API key"), (404, "path or model")]
)
def test_what_is_refused_whatever_the_report_ends_the_run(
    serve: Serve, ask: Ask, folder: Path, status: int, told: str
) -> None:
    small = serve(lambda _: Said(status=status))
    with pytest.raises(SecondOpinionError, match=told):
        ask(small, at_once=1)
    assert len(small.asked) == 1


def test_without_a_server_it_is_said_how_to_start_one(ask: Ask) -> None:
    with pytest.raises(SecondOpinionError, match=r"no server answers at http://127\.0\.0\.1:1/v1"):
        ask(address="http://127.0.0.1:1/v1")


def test_of_several_models_one_has_to_be_named(serve: Serve, ask: Ask) -> None:
    small = serve(models=("one", "two"))
    with pytest.raises(SecondOpinionError, match="--model NAME; it has one, two"):
        ask(small)
    assert small.asked == []
    assert ask(small, name="two").counts["answered"] == 4
    # Some servers list none.
    bare = serve(models_said=Said(status=404))
    assert ask(bare, name="any").counts["answered"] == 4


def test_a_key_is_brought_and_written_nowhere(
    serve: Serve, ask: Ask, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    small = serve()
    done = ask(small, key="sesame-4711")
    assert {one["Authorization"] for one in small.headers} == {"Bearer sesame-4711"}
    assert "sesame" not in repr(ModelToAsk(address="x", key="sesame-4711"))
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"sesame" not in written
    assert "sesame" not in repr(done) + "".join(capfd.readouterr())
    with pytest.raises(SecondOpinionError, match="API key") as told:
        ask(small, key="sesame\r\nX: 1")
    assert "sesame" not in str(told.value)


def test_two_runs_do_not_write_into_one_folder(serve: Serve, ask: Ask, folder: Path) -> None:
    from pipeline.auditing.second_opinion.keeping import alone_in

    with alone_in(folder), pytest.raises(SecondOpinionError, match="another run"):
        ask(serve())


def test_a_table_that_others_made_is_a_second_reader_too(
    ask: Ask, folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text(
        "report_id,Lung Opacity,Pneumonia,Pleural Effusion\nr1,1,,\nr2,,,0\nr3,,0,\n",
        encoding="utf-8",
    )
    done = ask(reader=TableToRead("csv", table))
    assert (done.counts["answered"], done.counts["absent"]) == (3, 1)
    # Ours denies what theirs does; of sides and kinds theirs knows nothing, which is no difference.
    assert (done.counts["reports_differing"], done.counts["differences"]) == (1, 1)
    read = readings(folder)
    assert read["r2"]["model"] == "csv"
    assert dict(read["r2"]["values"]) == {"finding:pleural_effusion": 0}
    assert read["r4"]["outcome"] == "absent"
    # What it said before goes once it says something else.
    table.write_text("report_id,Pleural Effusion\nr2,1\n", encoding="utf-8")
    assert ask(reader=TableToRead("csv", table)).counts["differences"] == 0
    assert len(readings(folder)) == 4
    table.write_text("report_id,Pleural Effusion\nz9,1\n", encoding="utf-8")
    with pytest.raises(SecondOpinionError, match="none of the 4 reports"):
        ask(reader=TableToRead("csv", table))


def test_an_answer_is_on_disk_while_the_next_is_waited_for(
    serve: Serve, ask: Ask, folder: Path
) -> None:
    seen: list[set[str]] = []

    def answer(asked: dict[str, Any]) -> Any:
        if "pneumonia" in asked["messages"][1]["content"]:
            end = time.monotonic() + 30
            file = folder / "second_readings.parquet"
            while not file.exists() and time.monotonic() < end:
                time.sleep(0.1)
            seen.append(set(readings(folder)))
        return {"findings": []}

    ask(serve(answer), at_once=1)
    assert seen == [{"r1", "r2"}]
