"""Opening the source that the settings name."""

from pipeline.settings import SourceSettings
from pipeline.sources.mimic_cxr import open_mimic_cxr
from pipeline.sources.openi import open_openi_csv, open_openi_xml
from pipeline.sources.phantom import open_phantom
from pipeline.sources.records import Source, SourceError
from pipeline.sources.tabular import open_csv, open_jsonl, open_parquet


def open_source(settings: SourceSettings) -> Source:
    """The source of that kind at that path.

    Raises:
        SourceError: there is nothing at the path, or not what the kind expects.
        TableNotFoundError: the phantom stage has not run.
    """
    path = settings.path
    if settings.kind == "phantom":
        return open_phantom(path)
    if not path.exists():
        raise SourceError(f"source.path: there is no file or folder {path}")
    if settings.kind == "mimic_cxr":
        return open_mimic_cxr(path, settings.metadata)
    if settings.kind == "openi_xml":
        return open_openi_xml(path)
    if settings.kind == "parquet":
        return open_parquet(path, settings.columns)
    if not path.is_file():
        raise SourceError(f"source.path: {path} is a folder; {settings.kind} expects a file")
    if settings.kind == "openi_csv":
        return open_openi_csv(path)
    if settings.kind == "csv":
        return open_csv(path, settings.columns)
    return open_jsonl(path, settings.columns)
