"""Whether places and descriptors help localization, on generated reports and radiographs.

On regions of a detector, and on windows of a grid read by an untrained body, networks learn with
findings, places and descriptors, or with findings alone, matched with images or not. Scores are
means over seeds of the network, and differences are taken draw by draw of the same patients. Run it
in a copy of the project, after `dvc repro embed radiographs`; what a broken run had finished is
kept.

    sed -i 's/studies: 2500/studies: 1000/' params.yaml && uv run dvc repro embed radiographs
    uv run python benchmarks/text_helps_phantoms.py --set model.attributes.min_reports=40
"""

from pathlib import Path
from typing import Annotated, Any, Final

import pyarrow as pa
import typer
from found_scores import difference_table, mean_over_seeds, score_table, scores_of

from data_contracts.storage import read_table, write_table
from data_contracts.tables import EMBEDDINGS, LABELS, VOCABULARY
from model.methods.cross_attention import read_network
from model.methods.method import ReadingInputs
from model.methods.network_training import train_on_reports
from model.scoring.scorecard import Score
from model.settings import ModelSettings, resolve_settings
from model.stages.detector import detector
from model.stages.regions import regions
from model.tensors.cohorts import open_cohort

TABLES: Final = Path("data")
PART: Final = "localization"
FINDING: Final = "finding:"
ALL, ALL_UNMATCHED = "all, matched", "all, labels only"
FINDINGS, FINDINGS_UNMATCHED = "findings, matched", "findings, labels only"
#: Whether places and descriptors are learnt, and the weight of matching.
NETWORKS: Final[dict[str, tuple[bool, dict[str, Any]]]] = {
    ALL: (True, {}),
    ALL_UNMATCHED: (True, {"matching": 0.0}),
    FINDINGS: (False, {}),
    FINDINGS_UNMATCHED: (False, {"matching": 0.0}),
}
PAIRS: Final = ((ALL, ALL_UNMATCHED), (FINDINGS, FINDINGS_UNMATCHED), (ALL, FINDINGS))


def main(
    out: Annotated[Path, typer.Option(help="Folder for weights and scores.")] = Path("data/text"),
    seeds: Annotated[int, typer.Option(min=1, help="Networks of each kind.")] = 2,
    assignments: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE")] = None,
) -> None:
    """Train and score, and write scores.md."""
    settings = resolve_settings(Path("params.yaml"), assignments)
    _only_findings(out / "findings")
    page = []
    for name in ("detector", "grid"):
        source = settings.regions.model_copy(update={"source": name})
        own = settings.model_copy(update={"regions": source})
        folder = out / name
        if own.regions.need_detector and not (folder / "detector").is_dir():
            detector(settings=own, out=folder / "detector")
        regions(settings=own, detector=folder / "detector", out=folder / "regions")
        scores = _scores(own, folder, out / "findings", seeds)
        pairs = {f"{one} less {other}": (scores[one], scores[other]) for one, other in PAIRS}
        page += [f"Regions: {name}", score_table(scores), difference_table(pairs)]
    (out / "scores.md").write_text("\n\n".join(page), encoding="utf-8")


def _only_findings(folder: Path) -> None:
    """The label tables with a vocabulary that keeps neither places nor descriptors."""
    folder.mkdir(parents=True, exist_ok=True)
    for contract in (LABELS, EMBEDDINGS):
        name = f"{contract.name}.parquet"
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to((TABLES / name).resolve())
    table = read_table(VOCABULARY, TABLES / "vocabulary.parquet")
    names, before = table["concept_id"].to_pylist(), table["kept"].to_pylist()
    kept = [was and name.startswith(FINDING) for name, was in zip(names, before, strict=True)]
    place = table.schema.get_field_index("kept")
    changed = table.set_column(place, table.schema.field(place), pa.array(kept))
    write_table(VOCABULARY, changed, folder / "vocabulary.parquet")


def _scores(
    settings: ModelSettings, folder: Path, findings: Path, seeds: int
) -> dict[str, list[Score]]:
    cohort = open_cohort(PART, settings.cohorts.localization, settings.targets)
    inputs = ReadingInputs(settings, folder, {PART: cohort})
    found: dict[str, list[list[Score]]] = {}
    for seed in range(seeds):
        for name, (everything, update) in NETWORKS.items():
            own = settings.network.model_copy(update={**update, "seed": seed})
            weights = folder / f"{name.replace(', ', '_').replace(' ', '_')}_{seed}"
            if not weights.is_dir():
                train_on_reports(
                    settings=settings.model_copy(update={"network": own}),
                    tables=TABLES if everything else findings,
                    regions=folder / "regions",
                    out=weights,
                )
            for _, _, read in read_network(name, weights, inputs):
                scores = scores_of(cohort, {one.image_id: one for one in read})
                found.setdefault(name, []).append(scores)
    return {name: mean_over_seeds(own) for name, own in found.items()}


if __name__ == "__main__":
    typer.run(main)
