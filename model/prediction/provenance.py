"""What every output says of the weights behind it: whose they are, and what they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from model.prediction.weights_card import (
    NETWORKS,
    TrainedPart,
    check_files,
    digests,
    read_kept_card,
    set_digest,
)
from model.reading.nested import NESTED_FROM
from model.reading.severity_words import EXTENT_SCALE, OPACITY_SCALE
from model.training.card import Card, read_card

NO_DEVICE: Final = "No medical device. For research alone, not for diagnosis or treatment."
#: Changes whenever a reader of older files would misread newer ones.
SCHEMA_VERSION: Final = 2
_NOT_RECORDED: Final = "images that their card does not tell of, since an older release trained it"
_SHORT: Final = 12
#: Kinds of the networks' own cards.
_KINDS: Final = {"detector": "detector", "network": "cross_attention", "severity": "severity"}


@dataclass(frozen=True, slots=True)
class Learnt:
    """Images of a cohort that one of the networks was trained on.

    Attributes:
        part: the counts.
        title: of the cohort, where a card gives it.
        licence: of its data, likewise.
    """

    part: TrainedPart
    title: str | None = None
    licence: str | None = None

    def in_words(self) -> str:
        """Such as `detector: ChestX-ray14, 410 images of 380 patients (free use)`."""
        counted = f"{self.part.images:,} images of {self.part.patients:,} patients"
        licence = f" ({self.licence.rstrip('.')})" if self.licence else ""
        return f"{self.part.network}: {self.title or self.part.cohort}, {counted}{licence}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a prediction's weights are from.

    Attributes:
        name: of the weights.
        digest: SHA-256 of them all, in hexadecimal.
        learnt: what they were trained on; empty where their cards do not say.
        licence: of the weights, where a card gives it.
    """

    name: str
    digest: str
    learnt: tuple[Learnt, ...]
    licence: str | None = None

    @property
    def trained_on(self) -> str:
        """What they were trained on, in a sentence's words."""
        return "; ".join(one.in_words() for one in self.learnt) or _NOT_RECORDED

    @property
    def lines(self) -> tuple[str, str]:
        """What stands on pictures and at the terminal: the notice, and whose weights these are."""
        licence = f" Licence: {self.licence.rstrip('.')}." if self.licence else ""
        named = f"Weights: {self.name}, digest {self.digest[:_SHORT]}."
        return NO_DEVICE, f"{named} Trained on: {self.trained_on}.{licence}"

    def plain(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "name": self.name,
            "digest": f"sha256:{self.digest}",
            "licence": self.licence,
            "trained_on": [
                {**one.part.model_dump(), "title": one.title, "licence": one.licence}
                for one in self.learnt
            ],
        }


def header_of(provenance: Provenance, least_score: float, created: datetime) -> dict[str, Any]:
    """What stands at the head of a file: version, date, weights, threshold, and how to read it.

    Args:
        provenance: of the weights.
        least_score: from which on boxes are shown.
        created: when it was read, with its time zone.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "pneumoloc": version("pneumoloc"),
        "created": created.isoformat(timespec="seconds"),
        "notice": NO_DEVICE,
        "weights": provenance.plain(),
        "least_score": least_score,
        "nested_from": NESTED_FROM,
        "scales": {"geographic_extent": EXTENT_SCALE, "opacity": OPACITY_SCALE},
    }


def provenance_of(folder: Path, networks: Sequence[str]) -> Provenance:
    """Where weights are from, once they are sure to be those that their card tells of.

    Args:
        folder: of the weights, kept or one's own.
        networks: those that are read with, names of `NETWORKS`.

    Raises:
        KeptWeightsError: the card of kept weights is none, or its weights are others.
        WeightsError: a network's own card cannot be read.
    """
    files = digests(folder)
    card = read_kept_card(folder)
    if card is not None:
        check_files(folder, card)
        data = card.about.data
        learnt = [
            Learnt(one, data[one.cohort].title, data[one.cohort].licence) for one in card.trained_on
        ]
        return Provenance(card.about.name, set_digest(files), tuple(learnt), card.about.licence)
    own = {name: digest for name, digest in files.items() if _network(name) in networks}
    parts = [part for name in networks for part in trained_parts(folder, name)]
    named = folder.resolve().name
    return Provenance(f"of the folder {named}", set_digest(own), tuple(map(Learnt, parts)))


def trained_parts(folder: Path, network: str) -> list[TrainedPart]:
    """The images that a network was trained on, by cohort; none where its card does not say.

    Raises:
        WeightsError: there is no card, or one of another release.
    """
    return [
        TrainedPart(network=network, cohort=one.cohort, images=one.images, patients=one.patients)
        for one in network_card(folder, network).trained_on
    ]


def network_card(folder: Path, network: str) -> Card:
    """The own card of a network in a folder of weights.

    Raises:
        WeightsError: there is none, or one of another release.
    """
    return read_card(folder / NETWORKS[network], _KINDS[network])


def networks_in(folder: Path, *, detector: bool) -> tuple[str, ...]:
    """The networks that prediction reads with.

    Args:
        folder: of the weights.
        detector: whether regions are a trained detector's.
    """
    severity = (folder / NETWORKS["severity"]).is_dir()
    return tuple(
        name
        for name, used in (("detector", detector), ("network", True), ("severity", severity))
        if used
    )


def _network(file: str) -> str | None:
    """The network that a file of weights is of."""
    folder = file.rpartition("/")[0]
    return next((name for name, own in NETWORKS.items() if own == folder), None)
