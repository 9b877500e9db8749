"""What makes a method: how it is trained, read, cross-validated, named and drawn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from command_line.summary import StageSummary
from model.crossvalidation.trial import Trial
from model.reading.findings import Findings
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort


@dataclass(frozen=True, slots=True)
class TrainingInputs:
    """What methods are trained from.

    Attributes:
        settings: all of them, seeds included.
        tables: folder of labels, vocabulary and embeddings.
        detector: folder of the trained detector.
        regions: folder of the stage regions.
    """

    settings: ModelSettings
    tables: Path
    detector: Path
    regions: Path


@dataclass(frozen=True, slots=True)
class Training:
    """How weights are trained that one or several methods read.

    Attributes:
        name: of the weights; no two trainings share it.
        folder: of the weights, below the folder of all models.
        train: writes the weights to the folder given, and counts what they were trained on.
        differs: whether settings leave these weights a difference to all others.
    """

    name: str
    folder: str
    train: Callable[[TrainingInputs, Path], StageSummary]
    differs: Callable[[ModelSettings], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class ReadingInputs:
    """What methods read.

    Attributes:
        settings: all of them.
        models: folder of the regions and of all weights.
        cohorts: images by part; those that thresholds are chosen on, `PARTS[0]`, come first.
    """

    settings: ModelSettings
    models: Path
    cohorts: Mapping[str, Cohort]

    def boxed(self) -> Cohort:
        """The images whose boxes are learnt from: of the cohort with boxes the training split.

        Raises:
            CohortError: there are none, or they are shared with those that are held back.
        """
        return open_part("detector", self.settings, self.settings.targets).of_split("train")


#: Method, part, and the findings on each image of the part.
PartFindings: TypeAlias = tuple[str, str, Sequence[Findings]]
#: Method, and the findings on each test image of a fold, with the threshold of their boxes.
FoldFindings: TypeAlias = tuple[str, Sequence[Findings]]
Read: TypeAlias = Callable[[ReadingInputs], Iterator[PartFindings]]
CrossValidate: TypeAlias = Callable[[Trial], Iterator[FoldFindings]]
#: Numbers by name, none where the method's weights are not there.
Limits: TypeAlias = Callable[[ReadingInputs], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of localization.

    Attributes:
        name: as tables and folders have it.
        read: finds boxes on images, or yields nothing where its weights are not there. Methods
            that read the same features share the function, which is called once for them all.
        label: as figures show it; empty takes the name, with spaces.
        colour: of its lines, `#RRGGBB`; None leaves it out of the figures with a line a method.
        training: how its weights are trained; None for a method without any of its own.
        crossvalidate: scores it on other images, in folds; shared as `read` is. None leaves it out.
        limits: what its resolution allows, for the summary of the stage predictions; shared as
            `read` is. None tells nothing.
    """

    name: str
    read: Read
    label: str = ""
    colour: str | None = None
    training: Training | None = None
    crossvalidate: CrossValidate | None = None
    limits: Limits | None = None

    @property
    def shown_name(self) -> str:
        """The name as figures show it."""
        return self.label or self.name.replace("_", " ")
