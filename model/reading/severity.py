"""Severity of lung opacity (Cohen et al. 2020), from what the network reads of an image."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from data_contracts.images import SEVERITY
from model.reading.findings import Severity
from model.training.card import (
    WIDEST,
    Card,
    built_by_card,
    load_weights,
    read_card,
    save_weights,
    size_in,
)
from model.training.trained_on import TrainedOn

_KIND: Final = "severity"
_CONTRACTS: Final = {SEVERITY.name: SEVERITY.version}
#: Highest geographic extent and highest opacity.
MAX_SCORES: Final = (8.0, 6.0)
# Strengths of the ridge that leave-one-out chooses from.
_STRENGTHS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
# Probabilities are clipped to this distance from 0 and 1 before the logit.
_LOGIT_EPSILON: Final = 1e-3
#: With fewer scored images than this, a head learns nothing but noise.
MIN_IMAGES: Final = 20


def severity_features(
    probabilities: Tensor, region_scores: Tensor, objectness: Tensor, geometry: Tensor
) -> Tensor:
    """[I, 2K + 15] inputs of the severity head.

    They are the attributes' probabilities and log odds; for the whole image and for either half the
    maximum of the regions' scores, of the scores' roots and of the objectness; and for either half
    the area of its regions weighted by each of the three. Both severity scores are sums over the
    two lungs, hence the halves.

    Args:
        probabilities: [I, K] of the attributes.
        region_scores: [I, R] 0 to 1, 0 where there is no region.
        objectness: [I, R] 0 to 1, 0 where there is no region.
        geometry: [I, R, 5] edges over the image's sides, and share of its area.
    """
    share = geometry[..., 4]
    on_left = ((geometry[..., 0] + geometry[..., 2]) / 2 < 0.5).to(share.dtype)
    weights = torch.stack([region_scores, region_scores.clamp_min(0).sqrt(), objectness], dim=1)
    found = [probabilities, torch.logit(probabilities, eps=_LOGIT_EPSILON), weights.amax(dim=2)]
    for half in (on_left, 1 - on_left):
        inside = weights * half[:, None]
        found += [inside.amax(dim=2), (inside * share[:, None]).sum(dim=2)]
    return torch.cat(found, dim=1)


class SeverityHead(nn.Module):
    """A linear map from features to geographic extent and opacity.

    Args:
        features: how many there are.
    """

    feature_mean: Tensor
    feature_std: Tensor
    weights: Tensor
    offset: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_std", torch.ones(features))
        self.register_buffer("weights", torch.zeros(features, len(MAX_SCORES)))
        self.register_buffer("offset", torch.zeros(len(MAX_SCORES)))

    def forward(self, features: Tensor) -> Tensor:
        """[I, 2] geographic extent and opacity, within their scales, of [I, F] features."""
        scores = (features - self.feature_mean) / self.feature_std @ self.weights + self.offset
        return torch.minimum(scores.clamp_min(0), torch.tensor(MAX_SCORES, device=scores.device))


def fit_severity(features: Tensor, scores: Tensor) -> SeverityHead:
    """A head by ridge regression; leave-one-out chooses the ridge's strength for each score.

    Args:
        features: [N, F] of scored images.
        scores: [N, 2] geographic extent and opacity.

    Raises:
        ValueError: there are fewer than 20 images.
    """
    if len(features) < MIN_IMAGES:
        raise ValueError(f"{len(features)} scored images; a head needs at least {MIN_IMAGES}")
    from sklearn.linear_model import RidgeCV

    head = SeverityHead(features.shape[1])
    head.feature_mean.copy_(features.mean(dim=0))
    head.feature_std.copy_(features.std(dim=0).clamp_min(1e-4))
    standard = ((features - head.feature_mean) / head.feature_std).double().numpy()
    for column in range(len(MAX_SCORES)):
        ridge = RidgeCV(alphas=_STRENGTHS).fit(standard, scores[:, column].double().numpy())
        head.weights[:, column] = torch.from_numpy(ridge.coef_).float()
        head.offset[column] = float(ridge.intercept_)
    return head


def severities(scores: Tensor) -> list[Severity]:
    """Scores [I, 2] of images, one by one."""
    return [Severity(extent, opacity) for extent, opacity in scores.tolist()]


def save_severity(
    head: SeverityHead,
    concepts: Sequence[str],
    folder: Path,
    trained_on: tuple[TrainedOn, ...] = (),
) -> None:
    """Put a head into `folder`: weights and card.

    Args:
        head: the trained head.
        concepts: those of the network that it reads.
        folder: where to.
        trained_on: the scored images.
    """
    sizes = {"features": len(head.feature_mean)}
    card = Card(_KIND, sizes, tuple(concepts), _CONTRACTS, trained_on=trained_on)
    save_weights(head, card, folder)


def load_severity(folder: Path) -> SeverityHead:
    """The head that `save_severity` put there.

    Raises:
        WeightsError: there is none, or it is of another release.
    """
    sizes = read_card(folder, _KIND, _CONTRACTS).sizes
    with built_by_card(folder):
        head = SeverityHead(size_in(sizes, "features", WIDEST))
        load_weights(head, folder)
    return head.eval()
