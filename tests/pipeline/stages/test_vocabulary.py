"""The vocabulary stage, from mentions and labels to a table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from data_contracts.storage import read_table
from data_contracts.tables import VOCABULARY
from pipeline.labelling.vocabulary import VocabularyError
from pipeline.settings import LabelSettings, VocabularySettings
from pipeline.stages.label import label
from pipeline.stages.vocabulary import vocabulary

RIGHT_OPACITY = {"opacity": "finding:opacity", "right": "side:right"}
STATEMENTS = [
    ("r1", "findings", "There is an opacity on the right.", "affirmed", RIGHT_OPACITY),
    ("r1", "impression", "Stable opacity.", "affirmed", {"opacity": "finding:opacity"}),
    ("r2", "indication", "Evaluate pneumonia.", "hypothetical", {"pneumonia": "finding:pneumonia"}),
    ("r2", "findings", "Hazy opacity on the right.", "affirmed", RIGHT_OPACITY),
    ("r3", "impression", "No pneumonia.", "negated", {"pneumonia": "finding:pneumonia"}),
    (
        "r4",
        "impression",
        "Basilar atelectasis.",
        "affirmed",
        {"atelectasis": "finding:atelectasis"},
    ),
]


@pytest.fixture
def paths(
    tmp_path: Path, lexicon_folder: Path, write_tables: Callable[..., dict[str, Path]]
) -> dict[str, Path]:
    written = write_tables(tmp_path, STATEMENTS)
    label(settings=LabelSettings(), lexicon=lexicon_folder, out=tmp_path, **written)
    return {"mentions": written["mentions"], "labels": tmp_path / "labels.parquet"}


def test_counts_are_of_mentions_and_frequency_is_of_reports(
    paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    summary = vocabulary(
        settings=VocabularySettings(min_reports=2), lexicon=lexicon_folder, out=tmp_path, **paths
    )

    rows = {r["concept_id"]: r for r in read_table(VOCABULARY, summary.outputs[0]).to_pylist()}
    assert (rows["finding:opacity"]["affirmed"], rows["finding:opacity"]["reports"]) == (3, 2)
    assert rows["finding:pneumonia"]["hypothetical"] == rows["finding:pneumonia"]["negated"] == 1
    assert {key for key, row in rows.items() if row["kept"]} == {
        "finding:opacity",
        "finding:lung_opacity_any",
        "side:right",
    }
    assert summary.counts["concepts"] == 11
    assert summary.counts["kept"] == summary.counts["reason_frequency"] == 3
    assert summary.counts["kept_zone"] == 0
    assert summary.counts["reason_too_rare"] == 1


def test_a_misspelt_list_is_an_error_before_the_tables_are_read(
    lexicon_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(VocabularyError, match="near it are finding:pneumonia"):
        vocabulary(
            settings=VocabularySettings(keep=("finding:pnuemonia",)),
            lexicon=lexicon_folder,
            mentions=tmp_path / "none",
            labels=tmp_path / "none",
            out=tmp_path,
        )


def test_labels_of_another_lexicon_are_an_error(
    paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    with (lexicon_folder / "descriptors.txt").open("a", encoding="utf-8") as file:
        file.write("\n[descriptor:hazy]\nhazy\n")

    with pytest.raises(ContractError, match=r"misses descriptor:hazy; run label again"):
        vocabulary(settings=VocabularySettings(), lexicon=lexicon_folder, out=tmp_path, **paths)


def test_mentions_of_another_lexicon_are_an_error(
    paths: dict[str, Path], lexicon_folder: Path, tmp_path: Path
) -> None:
    places = lexicon_folder / "places.txt"
    places.write_text(places.read_text(encoding="utf-8").replace("side:right", "side:starboard"))

    with pytest.raises(ContractError, match=r"'side:right', which the lexicon lacks"):
        vocabulary(settings=VocabularySettings(), lexicon=lexicon_folder, out=tmp_path, **paths)
