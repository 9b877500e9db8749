"""The optimizer that all networks share."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from model.settings import FitSettings

_MIN_STEPS = 10


def one_cycle(
    parameters: Iterable[nn.Parameter],
    settings: FitSettings,
    steps: int,
    slower: Iterable[nn.Parameter] = (),
    pace: float = 1.0,
) -> Any:
    """AdamW whose learning rate rises and falls once over the training (Smith and Topin 2019).

    Args:
        parameters: what is learnt.
        settings: highest learning rate, weight decay and epochs.
        steps: batches of an epoch.
        slower: those of the parameters that are learnt more slowly.
        pace: share of the learning rate that they take.

    Returns:
        What Lightning's `configure_optimizers` gives.
    """
    apart = {id(parameter) for parameter in slower} if pace < 1 else set()
    learnt = [parameter for parameter in parameters if parameter.requires_grad]
    rates, groups = [], []
    for slow, rate in ((False, settings.learning_rate), (True, settings.learning_rate * pace)):
        own = [one for one in learnt if (id(one) in apart) == slow]
        if own:
            rates.append(rate)
            groups.append({"params": own, "lr": rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=rates,
        # The rise takes a fifth, and needs a step of its own on the smallest of cohorts too.
        total_steps=max(settings.epochs * steps + 1, _MIN_STEPS),
        pct_start=0.2,
    )
    return {
        "optimizer": optimizer,
        "lr_scheduler": {"scheduler": schedule, "interval": "step"},
    }
