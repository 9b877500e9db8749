"""PadChest-GR with each sentence as a report of its own, so that each can be judged by itself."""

from collections.abc import Iterator
from pathlib import Path

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.padchest_gr import read_studies
from pipeline.sources.records import ReceivedReport, Source


def open_reports(settings: SourceSettings) -> Source:
    """A report a sentence, named by its study and its number: `STUDY/2`.

    Places and labels of the reference belong to sentences. In a whole report it could not be told
    which finding a place was meant of.

    Raises:
        SourceError: there is no such file, or it is no list of studies.
    """
    return Source(_reports(settings.path))


def sentence_id(study_id: str, number: int) -> str:
    """What a sentence is called as a report."""
    return f"{study_id}/{number}"


def _reports(path: Path) -> Iterator[ReceivedReport | Rejected]:
    for study in read_studies(path):
        if isinstance(study, Rejected):
            yield study
            continue
        for sentence in study.sentences:
            yield ReceivedReport(
                study.location,
                sentence_id(study.study_id, sentence.number),
                study.subject_id,
                study.study_id,
                study.split,
                (("findings", sentence.text),),
            )
