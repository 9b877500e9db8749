"""The settings of the image side: the part `model` of `params.yaml`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from command_line.settings_files import SettingsPart, StrictSettings, parse_assignment
from model.registries.losses import LOSSES
from model.registries.outside import load_outside
from model.registries.region_sources import REGION_SOURCES
from model.registries.registry import Registry

#: How the baselines' classifiers are trained.
Recipe = Literal["plain", "hide_and_seek"]
#: What the body of the baselines' classifiers starts from.
ClassifierStart = Literal["detector", "weights"]
#: What a value of -1, uncertain, is taken for in training; null, not mentioned, stays unknown.
UncertainPolicy = Literal["ones", "zeros", "soft", "ignore"]

#: What a value of null is taken for: `zeros`, absent, or `ignore`, unknown.
UnmentionedPolicy = Literal["zeros", "ignore"]


def _listed(registry: Registry[Any], name: str) -> str:
    """The name, once it is sure to be listed; refused as one of other choices would be."""
    if name not in registry:
        expected = " or ".join(f"'{one}'" for one in registry)
        raise PydanticKnownError("literal_error", {"expected": expected})
    return name


RegionSource = Annotated[str, AfterValidator(partial(_listed, REGION_SOURCES))]
Loss = Annotated[str, AfterValidator(partial(_listed, LOSSES))]
#: What becomes of an image to train on whose patient or picture is held back elsewhere.
SharedPatients = Literal["refuse", "leave_out"]


class RadiographSettings(StrictSettings):
    """How the phantom cohort's pictures are drawn."""

    size: int = Field(default=192, ge=64, le=4096, description="Pixels of a side.")
    workers: int = Field(default=2, ge=1, description="Processes; changes speed, never pictures.")


class CohortSettings(StrictSettings):
    """A set of images, one of those that an image index lists."""

    tables: Path = Field(
        default=Path("data/radiographs"), description="Folder of images, boxes and severity."
    )
    root: Path | None = Field(
        default=None, description="Folder that image paths start in; none takes that of the tables."
    )
    name: str | None = Field(
        default=None, description="Only images of this cohort; none takes all that are listed."
    )
    boxed: tuple[str, ...] = Field(
        default=(), description="Only images with a box of one of these labels; empty takes all."
    )

    @property
    def pictures(self) -> Path:
        """The folder that image paths start in."""
        return self.root or self.tables


class CohortsSettings(StrictSettings):
    """The four parts that cohorts play (Bhalodia et al. 2021, section 3)."""

    detector: CohortSettings = CohortSettings(name="phantom_detector")
    training: CohortSettings = CohortSettings(name="phantom_training")
    localization: CohortSettings = CohortSettings(name="phantom_localization")
    severity: CohortSettings | None = CohortSettings(name="phantom_severity")
    shared_patients: SharedPatients = Field(
        default="refuse",
        description="What becomes of an image to train on whose patient or picture is held back.",
    )
    same_picture: int = Field(
        default=12,
        ge=0,
        le=64,
        description="Most bits of 256 in which the hashes of one picture differ.",
    )
    validation_share: float = Field(
        default=0.125,
        gt=0,
        lt=1,
        description="Share of the patients, where the source names no validation split.",
    )

    def parts(self) -> dict[str, CohortSettings]:
        """The cohorts there are, by the part that they play."""
        named = {
            "detector": self.detector,
            "training": self.training,
            "localization": self.localization,
            "severity": self.severity,
        }
        return {part: cohort for part, cohort in named.items() if cohort is not None}


class PictureSettings(StrictSettings):
    """What networks see of an image."""

    size: int = Field(default=128, ge=64, le=2048, multiple_of=32, description="Pixels of a side.")


class BackboneSettings(StrictSettings):
    """The feature pyramid that detector and classifiers stand on."""

    name: str = Field(default="resnet18", min_length=1, description="Any of timm's bodies.")
    weights: str | None = Field(
        default=None,
        description="Pretrained weights: a file (safetensors, or a plain state dict), `package:` "
        "and an installed package's name, or `timm`, which fetches its own.",
    )
    intensities: tuple[float, float] | None = Field(
        default=None,
        description="What black and white are to the body, such as [-1024, 1024]; none takes "
        "timm's mean and spread of it.",
    )
    channels: int = Field(default=64, ge=8, description="Channels of each level of the pyramid.")
    finest: Literal[4, 8, 16] = Field(
        default=8, description="Pixels to a cell of the pyramid's finest level."
    )
    stride: Literal[16, 32] = Field(
        default=16,
        description="Pixels to a cell of the body's last stage; later ones are left out.",
    )
    frozen: Literal[0, 2, 4, 8, 16] = Field(
        default=0,
        description="Pixels to a cell up to which stages stay as the pretrained weights have them; "
        "0 trains all.",
    )
    freeze_norms: bool = Field(
        default=False, description="Batch norms stay as the pretrained weights have them."
    )
    pace: float = Field(
        default=1.0, gt=0, le=1, description="The body's share of the learning rate."
    )


class FitSettings(StrictSettings):
    """How a network is trained."""

    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(default=1e-4, ge=0)
    patience: int = Field(ge=1, description="Epochs without a better validation before the stop.")
    seed: int = Field(default=0, ge=0)


class HardwareSettings(StrictSettings):
    """Where networks run; changes speed, and results only by rounding."""

    accelerator: Literal["auto", "cpu", "gpu", "mps"] = "auto"
    devices: Literal["auto"] | int = Field(default="auto", description="How many to use.")
    nodes: int = Field(default=1, ge=1)
    strategy: str = Field(default="auto", description="Lightning's name of it, such as ddp.")
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "auto"
    workers: int = Field(default=1, ge=0, description="Processes that read images.")


class TrackingSettings(StrictSettings):
    """Where trainings are followed, beside DVCLive's record; changes no result."""

    logger: Literal["none", "tensorboard", "mlflow"] = "none"
    place: str = Field(
        default="runs",
        min_length=1,
        description="Folder for its files, or the URI of an MLflow server.",
    )


class DetectorSettings(FitSettings):
    """The detector, trained on the cohort with boxes."""

    epochs: int = Field(default=6, ge=1)
    batch_size: int = Field(default=16, ge=2)
    learning_rate: float = Field(default=1e-3, gt=0)
    patience: int = Field(default=4, ge=1)


class RegionSettings(StrictSettings):
    """Which regions of an image are candidates."""

    source: RegionSource = "detector"
    per_image: int = Field(default=16, ge=1, description="Most regions of an image.")
    overlap: float = Field(
        default=0.3, gt=0, lt=1, description="IoU above which the less likely of two is dropped."
    )

    @property
    def need_detector(self) -> bool:
        """Whether a trained detector says where regions are."""
        return REGION_SOURCES[self.source].needs_detector


class NetworkSettings(FitSettings):
    """The cross-attention network."""

    epochs: int = Field(default=15, ge=1)
    batch_size: int = Field(default=64, ge=2)
    learning_rate: float = Field(default=1e-3, gt=0)
    patience: int = Field(default=6, ge=1)
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Share of features left out.")
    size: int = Field(default=256, ge=8, description="Dimensions of the common space.")
    temperature: float = Field(default=0.1, gt=0, description="Of the attention, at the start.")
    uncertain: UncertainPolicy = "soft"
    unmentioned: UnmentionedPolicy = "zeros"
    loss: Loss = Field(default="cross_entropy", description="Of attributes; classifiers' too.")
    matching: float = Field(
        default=0.1, ge=0, description="Weight of image-text matching; 0 trains without it."
    )
    vectors: Literal["word2vec", "one_hot"] = Field(
        default="word2vec", description="What an attribute's query starts from."
    )
    reports: Literal["true", "shuffled"] = Field(
        default="true", description="Whose report an image is trained with."
    )
    objectness: bool = Field(
        default=True,
        description="Attention starts from how likely the detector holds regions, beyond the "
        "paper: better boxes, but ones that owe less to the reports. False is the paper's.",
    )
    coordinates: bool = Field(default=True, description="Regions know where they lie.")
    text_attention: bool = Field(default=True, description="Regions attend to attributes too.")
    region_weighting: bool = Field(
        default=True, description="Attention counts by its attribute's probability."
    )


class ClassifierSettings(FitSettings):
    """The classifiers of whole images whose maps are the baselines."""

    start: ClassifierStart = Field(
        default="detector",
        description="The body starts from the detector's, which has seen boxes, or from the "
        "backbone's weights, as published maps do.",
    )
    epochs: int = Field(default=1, ge=1)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: float = Field(default=5e-4, gt=0)
    patience: int = Field(default=2, ge=1)


class AttributeSettings(StrictSettings):
    """Which concepts of the vocabulary are attributes of pneumonia."""

    findings: tuple[str, ...] = Field(
        default=(
            "finding:opacity",
            "finding:airspace_disease",
            "finding:consolidation",
            "finding:infiltrate",
            "finding:pneumonia",
            "finding:atelectasis",
            "finding:pleural_effusion",
            "finding:pulmonary_edema",
            "finding:nodule",
        ),
        description="Findings to take; sides, zones and descriptors are all taken.",
    )
    min_reports: int = Field(
        default=100, ge=1, description="Fewest reports that affirm an attribute."
    )


class EvaluationSettings(StrictSettings):
    """How methods are scored."""

    draws: int = Field(default=1000, ge=10, description="Draws of patients for the intervals.")
    seed: int = Field(default=0, ge=0)


class ModelSettings(StrictSettings):
    """All settings of the image side."""

    targets: tuple[str, ...] = Field(
        default=("finding:opacity", "finding:consolidation", "finding:atelectasis"),
        description="Labels of the boxes to find; empty takes all boxes of a cohort.",
    )
    queries: tuple[str, ...] = Field(
        default=(
            "finding:opacity",
            "finding:airspace_disease",
            "finding:consolidation",
            "finding:infiltrate",
            "finding:pneumonia",
            "finding:atelectasis",
        ),
        min_length=1,
        description="Concepts whose attention makes the boxes.",
    )
    attributes: AttributeSettings = AttributeSettings()
    radiographs: RadiographSettings = RadiographSettings()
    cohorts: CohortsSettings = CohortsSettings()
    hardware: HardwareSettings = HardwareSettings()
    tracking: TrackingSettings = TrackingSettings()
    picture: PictureSettings = PictureSettings()
    backbone: BackboneSettings = BackboneSettings()
    detector: DetectorSettings = DetectorSettings()
    regions: RegionSettings = RegionSettings()
    network: NetworkSettings = NetworkSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    @property
    def classifiers_need_detector(self) -> bool:
        """Whether the body of classifiers starts from the detector's."""
        return self.regions.need_detector and self.classifier.start == "detector"


_PART: Final = SettingsPart(ModelSettings, key="model")


def load_settings(path: Path | None) -> ModelSettings:
    """Read the part `model` of a settings file.

    Args:
        path: the file; None takes `params.yaml` in the working directory, or the defaults where
            there is none.

    Raises:
        SettingsError: the file is missing or not YAML, a key is unknown, or a value is wrong.
        ExtensionError: an installed package that adds to the registries fails.
    """
    return resolve_settings(path, ())


def resolve_settings(path: Path | None, assignments: Sequence[str] | None) -> ModelSettings:
    """Settings of a file, with single values given on the command line.

    Args:
        path: as `load_settings` takes it.
        assignments: `KEY=VALUE` each, the key as in `params.yaml`, the value as YAML.

    Raises:
        SettingsError: the file cannot be used, a key is unknown, or a value is wrong.
        ExtensionError: an installed package that adds to the registries fails.
    """
    load_outside()
    return _PART.resolve(path, dict(parse_assignment(text) for text in assignments or ()))
