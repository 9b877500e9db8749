"""Settings or lexicon changed as a stage runs: what comes is of the one or of the other."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import commands
import pytest
from stage_runs import STAGES, contents, copy_run, put_back
from unbroken import Unbroken

import pipeline.lexicon

#: Stages that keep what a broken run had finished, and what of theirs another seed changes.
RESUMED = ("phantom", "ingest", "embed", "detector", "network", "classifier", "regions", "evaluate")
TIMES = 3
Record = Callable[[str, int, list[str]], None]


@pytest.mark.faults
@pytest.mark.parametrize("name", RESUMED)
def test_what_was_begun_by_other_settings_is_not_gone_on_with(
    all_runs: Unbroken, tmp_path: Path, record_faults: Record, name: str
) -> None:
    stage, draw, lost = STAGES[name], random.Random(name), []
    for number in range(TIMES):
        folder = tmp_path / f"c{number}"
        copy_run(all_runs.whole, folder)
        put_back(stage, all_runs.before, folder)
        settings = folder / "params.yaml"
        now = settings.read_bytes()
        settings.unlink()
        shutil.copy(all_runs.before / settings.name, settings)
        touch = draw.randrange(all_runs.touches[name])
        all_runs.call(commands.run, stage.command, folder, touch=touch)
        settings.write_bytes(now)
        told = all_runs.call(commands.run, stage.command, folder)
        lost += [
            f"{name} {number}: {told}, {group}"
            for group in stage.together
            if told.status or contents(folder, group) != contents(all_runs.whole, group)
        ]
        shutil.rmtree(folder)
    record_faults("settings changed behind a kill", TIMES, lost)


@pytest.mark.faults
def test_a_lexicon_that_is_edited_as_extraction_runs_counts_as_a_whole_or_not_at_all(
    all_runs: Unbroken, tmp_path: Path, record_faults: Record
) -> None:
    """Not at all is what is wanted, and an error that says so would do as well."""
    stage, draw, lost, tried = STAGES["extract"], random.Random("lexicon"), [], 0
    shipped = Path(pipeline.lexicon.__file__).parent / "files"
    ends = []
    for number in range(2 + 2 * TIMES):
        folder = tmp_path / f"x{number}"
        copy_run(all_runs.whole, folder)
        shutil.copytree(shipped, folder / "lexicon")
        file = folder / "lexicon" / "findings.txt"
        # One that is met in nearly every report.
        edited = file.read_text(encoding="utf-8") + "\n[finding:lungs_themselves]\nlung(s|)\n"
        command = (*stage.command, "--set", "nlp.lexicon=lexicon")
        if number == 1:
            file.write_text(edited, encoding="utf-8")
        if number < 2:
            told = all_runs.call(commands.run, command, folder)
            assert told.status == 0, told
            ends.append(contents(folder, stage.together[0]))
            assert len(ends) == len({str(one) for one in ends})
        else:
            tried += 1
            seconds = draw.uniform(0, 2 * all_runs.seconds["extract"])
            all_runs.call(commands.run_while, command, folder, seconds, file, edited)
            now = contents(folder, stage.together[0])
            if now not in (*ends, contents(all_runs.whole, stage.together[0])):
                lost.append(f"{number}: neither of the one lexicon nor of the other")
        shutil.rmtree(folder)
    record_faults("lexicon edited in mid-run", tried, lost)
