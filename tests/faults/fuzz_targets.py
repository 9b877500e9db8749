"""What hostile bytes are given to, and what must hold whatever they are.

A target takes bytes and an empty folder. It raises nothing but errors of this project, which it
takes for an answer, and opens no file of `secret`, which lies beside the folder.
"""

import gzip
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from fuzz_seeds import (
    CSV,
    GROUNDED,
    IMAGE_ROWS,
    LABEL_ROWS,
    REPORT,
    Seeds,
    dicom,
    of_source,
    png,
    reports_table,
)

#: Packages whose errors are an answer.
_OURS: Final = ("pneumoloc", "pipeline", "model", "command_line", "data_contracts")
Target = Callable[[bytes, Path], None]


@contextmanager
def only_our_errors(folder: Path) -> Iterator[None]:
    """Take errors of this project, and of paths that are not there, for an answer.

    Raises:
        AssertionError: a file of the secret folder was opened.
    """
    secret = str(folder.parent / "secret")
    opened: list[str] = []
    _watched.append((secret, opened))
    try:
        yield
    except (ValueError, OSError) as error:
        if type(error).__module__.partition(".")[0] not in _OURS:
            raise
    finally:
        _watched.remove((secret, opened))
    assert not opened, "a file beside the data was opened"


_watched: list[tuple[str, list[str]]] = []


def _watch(event: str, given: tuple[Any, ...]) -> None:
    if event == "open" and _watched:
        for secret, opened in _watched:
            if str(given[0]).startswith(secret):
                opened.append(str(given[0]))


sys.addaudithook(_watch)


def sections(data: bytes, folder: Path) -> None:
    """Spans are ordered, disjoint and without outer blanks."""
    del folder
    from pipeline.sources.sections import split_sections

    text, last = data.decode("utf-8", "replace"), 0
    for span in split_sections(text):
        assert last <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        last = span.end


def extractor(data: bytes, folder: Path) -> None:
    """Mentions lie within the text, and say what stands there."""
    del folder
    text = data.decode("utf-8", "replace")
    for mention in _extractor().read(text, "findings").mentions:
        assert 0 <= mention.start < mention.end <= len(text)


@lru_cache(maxsize=1)
def _extractor() -> Any:
    from pipeline.extraction.batch.extractor import load_extractor

    return load_extractor()


#: Where a kind of source looks for its file.
_SOURCES: Final = {
    "csv": "r.csv",
    "jsonl": "r.jsonl",
    "parquet": "r.parquet",
    "xlsx": "r.xlsx",
    "openi_csv": "indiana_reports.csv",
    "openi_xml": "xml/1.xml",
    "nih_reports": "reports.csv",
    "padchest_gr": "grounded_reports_1.json",
    "padchest_gr_sentences": "grounded_reports_1.json",
    "mimic_cxr": "tree/p10/p10000001/s50000001.txt",
}


def source_of(kind: str) -> Target:
    """A reader of reports, to the reports table."""

    def read(data: bytes, folder: Path) -> None:
        from pipeline.settings import SourceSettings
        from pipeline.stages.ingest import ingest

        path = _put(folder, _SOURCES[kind], data)
        named = {"mimic_cxr": folder / "tree", "openi_xml": folder / "xml"}.get(kind, path)
        with only_our_errors(folder):
            settings = SourceSettings.model_validate({"kind": kind, "path": named})
            ingest(settings=settings, out=folder / "out")

    return read


def archive_of_reports(data: bytes, folder: Path) -> None:
    """An archive of reports whose names are what was given."""
    # What stands behind a NUL is no part of a name to `zipfile`, which cannot write an empty one.
    name = data[:60].decode("utf-8", "replace").partition("\0")[0] or "x"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, suppress(ValueError):
        archive.writestr(f"{name}.txt", data)
        archive.writestr("../secret/s.txt", "FINDINGS: Clear.")
    path = _put(folder, "mimic-cxr-reports.zip", packed.getvalue())
    from pipeline.settings import SourceSettings
    from pipeline.stages.ingest import ingest

    with only_our_errors(folder):
        settings = SourceSettings.model_validate({"kind": "mimic_cxr", "path": path})
        ingest(settings=settings, out=folder / "out")
    assert not (folder.parent / "secret" / "s.txt").exists()


#: Where a kind of published labels looks for its file.
_LABELS: Final = {
    "chestxray14": "Data_Entry_2017.csv",
    "chexpert": "train.csv",
    "mimic_cxr": "mimic-cxr-2.0.0-chexpert.csv",
    "padchest": "PADCHEST_chest_x_ray_images_labels_1.csv",
    "maplez": "a_llm_annotations.csv",
    "csv": "labels.csv",
}


def labels_of(kind: str) -> Target:
    """A reader of labels that others mined."""

    def read(data: bytes, folder: Path) -> None:
        from pipeline.published_labels.opening import open_labels
        from pipeline.published_labels.places import PlaceReader
        from pipeline.published_labels.records import LabelRequest

        path = _put(folder, _LABELS[kind], data)
        columns = {"finding:pneumonia": "Pneumonia"} if kind == "csv" else {}
        with only_our_errors(folder):
            known = _lexicon()
            request = LabelRequest(path, known, PlaceReader(known, None), columns)
            list(open_labels(kind, request).records)

    return read


@lru_cache(maxsize=1)
def _lexicon() -> Any:
    from pipeline.lexicon.concepts import load_lexicon

    return load_lexicon(None)


def picture_of(suffix: str) -> Target:
    """A reader of a picture."""

    def read(data: bytes, folder: Path) -> None:
        from data_contracts.pictures.pixels import read_facts, read_pixels

        path = _put(folder, f"p{suffix}", data)
        with only_our_errors(folder):
            read_facts(path)
        with only_our_errors(folder):
            values = read_pixels(path)
            assert values.ndim == 2
            assert 0 <= values.min() <= values.max() <= 1

    return read


def table(data: bytes, folder: Path) -> None:
    """The reader of a table."""
    from data_contracts.storage import read_table
    from data_contracts.tables import REPORTS

    path = _put(folder, "reports.parquet", data)
    with only_our_errors(folder):
        read_table(REPORTS, path)


def lexicon(data: bytes, folder: Path) -> None:
    """The readers of a lexicon."""
    import shutil

    import pipeline.lexicon
    from pipeline.lexicon.concepts import load_lexicon
    from pipeline.lexicon.cues import load_cues
    from pipeline.lexicon.grammar import load_grammar

    shutil.copytree(Path(pipeline.lexicon.__file__).parent / "files", folder / "lexicon")
    names = ("findings.txt", "cues.txt", "grammar.txt", "places.txt", "headings.txt")
    _put(folder, f"lexicon/{names[len(data) % len(names)]}", data)
    for load in (load_lexicon, load_cues, load_grammar):
        with only_our_errors(folder):
            load(folder / "lexicon")


def settings(data: bytes, folder: Path) -> None:
    """The reader of settings."""
    from pipeline.settings import resolve_settings

    path = _put(folder, "params.yaml", data)
    with only_our_errors(folder):
        resolve_settings(path, {})


#: Where a kind of data set of images looks for its table.
_IMAGES: Final = {
    "rsna": "stage_2_train_labels.csv",
    "chestxray14": "Data_Entry_2017.csv",
    "covid": "metadata.csv",
    "vindr_cxr": "annotations/annotations_train.csv",
    "padchest_gr": "grounded_reports_1.json",
    "ms_cxr": "MS_CXR_Local_Alignment_v1.0.0.json",
    "nvidia_mimic": "boxes.json",
    "mimic_cxr_jpg": "mimic-cxr-2.0.0-metadata.csv.gz",
    "folder": "boxes.csv",
    "listed": "images.csv",
}


def images_of(kind: str) -> Target:
    """A reader of a data set of images, with one picture in it."""

    def read(data: bytes, folder: Path) -> None:
        from model.stages.images import images

        root = folder / "set"
        _put(folder, f"set/{_IMAGES[kind]}", gzip.compress(data) if "gz" in _IMAGES[kind] else data)
        _put(folder, "set/images/1.png", png())
        with only_our_errors(folder):
            images(kind=kind, path=root, out=folder / "out")

    return read


def _put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


#: All targets by name, each with files that it can read, to begin with.
TARGETS: Final[dict[str, tuple[Target, Seeds]]] = {
    "sections": (sections, lambda: (REPORT, b"CHEST, TWO VIEWS:\nLUNGS: Clear.\nWET READ: x")),
    "extractor": (extractor, lambda: (REPORT, b"No focal consolidation, pneumothorax or mass.")),
    "table": (table, lambda: (reports_table(),)),
    "lexicon": (lexicon, lambda: (b"[finding:opacity]\nlung: yes\nopacit(y|ies)\n",)),
    "settings": (settings, lambda: (b"phantom: {studies: 3}\nnlp: {workers: 1}\n",)),
    "archive of reports": (archive_of_reports, lambda: (b"files/p10/p10000001/s50000001", b"../s")),
    "picture .png": (picture_of(".png"), lambda: (png(),)),
    "picture .jpg": (picture_of(".jpg"), lambda: (png(),)),
    "picture .dcm": (picture_of(".dcm"), lambda: (dicom(),)),
    **{f"reports of {kind}": (source_of(kind), partial(of_source, kind)) for kind in _SOURCES},
    **{f"labels of {kind}": (labels_of(kind), lambda: (CSV, LABEL_ROWS)) for kind in _LABELS},
    **{
        f"images of {kind}": (images_of(kind), lambda: (CSV, IMAGE_ROWS, GROUNDED))
        for kind in _IMAGES
    },
}
