"""A damaged file is told of, or set aside: there is no traceback, and no result that differs."""

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import commands
import pytest
from damage import OF_BYTES, OF_CARDS, OF_TABLES, Damage, flip
from reading import contract_of, tables_at
from stage_runs import STAGES, contents, copy_run
from unbroken import Unbroken

from data_contracts.errors import ContractError
from data_contracts.storage import part_paths, read_part
from data_contracts.together import remove

#: Who reads what: the stage, and a file of those that it reads. `*` is any.
TABLES: Final = {
    "ingest": ("data/phantom/reports.parquet",),
    "extract": ("data/reports.parquet",),
    "label": ("data/reports.parquet", "data/mentions.parquet", "data/findings.parquet"),
    "vocabulary": ("data/mentions.parquet", "data/labels.parquet"),
    "embed": ("data/reports.parquet", "data/mentions.parquet", "data/vocabulary.parquet"),
    "audit sample": ("data/reports.parquet", "data/mentions.parquet", "data/labels.parquet"),
    "overview": ("data/labels.parquet", "data/embeddings.parquet", "data/quarantine.parquet"),
    "radiographs": ("data/phantom/studies.parquet", "data/phantom/lesions.parquet"),
    "detector": ("data/radiographs/images.parquet", "data/radiographs/boxes.parquet"),
    "network": ("data/regions/training.parquet", "data/labels.parquet",
                "data/vocabulary.parquet", "data/embeddings.parquet",
                "data/radiographs/severity.parquet"),
    "predictions": ("data/regions/localization.parquet", "data/radiographs/images.parquet"),
    "evaluate": ("data/predictions/cross_attention/localization/predictions.parquet",
                 "data/predictions/cam/localization/maps.parquet",
                 "data/radiographs/boxes.parquet"),
}  # fmt: skip
CARDS: Final = {
    "regions": ("data/detector/card.json",),
    "predictions": ("data/network/card.json", "data/classifier/card.json"),
    "predict": ("data/network/card.json", "data/detector/card.json"),
}
WEIGHTS: Final = {
    "regions": ("data/detector/weights.safetensors",),
    "predictions": ("data/network/weights.safetensors", "data/classifier/weights.safetensors"),
    "predict": ("data/network/weights.safetensors",),
}
SETTINGS: Final = {"label": ("params.yaml",), "network": ("params.yaml",)}
INPUTS: Final = {"labels": ("published.csv",)}
PICTURES: Final = {
    "images": ("data/radiographs/pictures/training/*.jpg",),
    "regions": ("data/radiographs/pictures/training/*.jpg",),
    "predict": ("data/radiographs/pictures/severity/*.jpg",),
}
Record = Callable[[str, int, list[str]], None]


def result(folder: Path, group: tuple[str, ...]) -> dict[str, bytes]:
    """What a stage has made, without the digests of the files that it was made of."""
    made = contents(folder, group)
    return {name: made[name] for name in made if not name.endswith("_fingerprint")}


@pytest.mark.faults
@pytest.mark.parametrize(
    ("kind", "read", "damages"),
    [
        ("tables", TABLES, OF_TABLES),
        ("cards", CARDS, OF_CARDS),
        ("weights", WEIGHTS, OF_BYTES),
        ("settings", SETTINGS, OF_BYTES),
        ("lists of labels", INPUTS, OF_BYTES),
        ("pictures", PICTURES, OF_BYTES),
    ],
)
def test_a_stage_tells_of_a_damaged_file(
    all_runs: Unbroken,
    tmp_path: Path,
    record_faults: Record,
    kind: str,
    read: Mapping[str, tuple[str, ...]],
    damages: Mapping[str, Damage],
) -> None:
    draw, tried, lost = random.Random(kind), 0, []
    for name, files in read.items():
        for file in files:
            for how, damage in damages.items():
                tried += 1
                folder = tmp_path / f"d{tried}"
                copy_run(all_runs.whole, folder)
                # The stage is to read what it reads, whatever it has made of it before.
                for path in (folder / path for group in STAGES[name].together for path in group):
                    remove(path)
                place = draw.choice(sorted(folder.glob(file)))
                damage(next(iter(sorted(place.glob("part-*"))), place), draw)
                told = all_runs.call(commands.run, STAGES[name].command, folder)
                if told.broke or told.status not in (0, 2):
                    lost.append(f"{name} of {file}, {how}: {told.broke or told.status}")
                elif told.status == 0 and kind not in ("settings", "lists of labels", "pictures"):
                    lost += [
                        f"{name} of {file}, {how}: not told, and another result"
                        for group in STAGES[name].together
                        if result(folder, group) != result(all_runs.whole, group)
                        and how != "one row"
                    ]
                shutil.rmtree(folder)
    record_faults(f"damaged {kind}", tried, lost)


@pytest.mark.faults
def test_a_bit_of_a_table_makes_no_other_rows(all_runs: Unbroken, record_faults: Record) -> None:
    """Wherever it is: rows are refused or are those that were written."""
    draw, tried, lost = random.Random("bits"), 0, []
    for path in tables_at(all_runs.whole, ("data", "listed")):
        contract = contract_of(path)
        part = part_paths(contract, path)[0]
        rows = read_part(contract, part)
        for _ in range(100):
            tried += 1
            damaged = all_runs.whole / ".damaged.parquet"
            damaged.write_bytes(part.read_bytes())
            flip(damaged, draw)
            try:
                if not read_part(contract, damaged).equals(rows):
                    lost.append(f"{path.name}: other rows {tried}")
            except ContractError:
                continue
            finally:
                damaged.unlink()
    record_faults("bits of tables", tried, lost)
