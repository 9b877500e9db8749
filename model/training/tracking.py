"""Where the loss of every epoch goes: DVCLive's record, and TensorBoard or MLflow beside it."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from model.settings import TrackingSettings

#: What brings each library.
_BROUGHT_BY: Final = {"tensorboard": "'pneumoloc[tracking]'", "mlflow": "mlflow"}


class TrackingError(ValueError):
    """The library to follow trainings with is missing; the message says how to get it."""


def loggers(record: Path | None, tracking: TrackingSettings, *, going_on: bool) -> list[Any]:
    """Lightning's loggers of a training; none where it is not to be on record.

    Args:
        record: folder for DVCLive's metrics and plots, whose name is that of the run.
        tracking: what is to be written beside it.
        going_on: whether this goes on with a run that was broken.

    Raises:
        TrackingError: a library is not installed.
    """
    if record is None:
        return []
    beside = _beside(record.name, tracking)
    from dvclive.lightning import DVCLiveLogger

    dvclive = DVCLiveLogger(
        dir=str(record), resume=going_on, save_dvc_exp=False, dvcyaml=None, report=None
    )
    return [dvclive, *beside]


def _beside(run: str, tracking: TrackingSettings) -> list[Any]:
    if tracking.logger == "none":
        return []
    if find_spec(tracking.logger) is None:
        raise TrackingError(
            f"model.tracking.logger is {tracking.logger}, which is not installed; "
            f"pip install {_BROUGHT_BY[tracking.logger]} brings it"
        )
    if tracking.logger == "tensorboard":
        from lightning.pytorch.loggers import TensorBoardLogger

        return [TensorBoardLogger(tracking.place, name=run, default_hp_metric=False)]
    from lightning.pytorch.loggers import MLFlowLogger

    server = tracking.place if "://" in tracking.place else Path(tracking.place).absolute().as_uri()
    return [MLFlowLogger("pneumoloc", run_name=run, tracking_uri=server)]
