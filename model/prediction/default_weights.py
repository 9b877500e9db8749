"""Which weights are used, and with which settings, before anything heavy is loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from model.prediction.weights_card import CARD_FILE, KeptWeightsError, read_kept_card
from model.settings import ModelSettings, resolve_settings

#: Weights that are kept in the repository, beside the packages.
KEPT: Final = Path(__file__).parents[2] / "weights"
_TRAINED: Final = Path("data")


def find_weights(given: Path | None) -> Path:
    """The folder that was given, or that of the weights kept in the repository.

    Raises:
        KeptWeightsError: none was given, and none are kept.
    """
    if given is not None:
        return given
    if (KEPT / CARD_FILE).is_file():
        return KEPT
    own = "train some (uv run dvc repro), then give their folder: --weights data"
    if (_TRAINED / "network" / CARD_FILE).is_file():
        own = "there are some of your own here, to be named: --weights data"
    raise KeptWeightsError(
        f"no weights are kept in this copy: {KEPT / CARD_FILE} is not there, as it is in a clone.\n"
        f"Next: {own}"
    )


def settings_for(
    folder: Path, params: Path | None = None, assignments: Sequence[str] | None = None
) -> ModelSettings:
    """The settings to predict with: kept weights bring their own, others take those of the user.

    Args:
        folder: of the weights.
        params: settings file, as `load_settings` takes it.
        assignments: `KEY=VALUE` each.

    Raises:
        KeptWeightsError: settings were given for weights that bring theirs, or their card is none.
        SettingsError: the user's settings cannot be used.
    """
    card = read_kept_card(folder)
    if card is None:
        return resolve_settings(params, assignments)
    if params is not None or assignments:
        raise KeptWeightsError(
            f"{folder}: kept weights bring their settings, in {CARD_FILE}; leave out --params and "
            "--set, which are for weights of your own"
        )
    return card.settings
