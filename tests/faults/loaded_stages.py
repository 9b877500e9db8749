"""What the process that runs are forked from loads: all text stages, without starting a thread."""

from importlib import import_module

from pipeline.extraction.running.lexicon_version import lexicon_version
from pipeline.extraction.running.part import rules_fingerprint
from pipeline.settings import NlpSettings

for _name in ("phantom", "ingest", "extract", "label", "vocabulary", "embed", "published_labels",
              "audit_sample", "overview"):  # fmt: skip
    import_module(f"pipeline.stages.{_name}")
for _module in (
    "pipeline.cli",
    "pipeline.auditing.tables.database",
    "gensim.models",
    "typer.testing",
):
    import_module(_module)
rules_fingerprint(lexicon_version(NlpSettings().lexicon))  # reads them, and keeps them ready
