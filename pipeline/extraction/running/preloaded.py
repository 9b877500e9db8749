"""What the process that workers are forked from has ready: libraries, and the announced rules.

Each worker would take seconds to import spaCy and pandas and to read the rules; so it is done once,
before the first is forked, and its memory is shared.
"""

from contextlib import suppress

import distributed  # noqa: F401 - for the workers

import pipeline.language.lean_spacy  # noqa: F401 - before all that imports spaCy
from pipeline.extraction.running.lexicon_version import version_in_environment
from pipeline.extraction.running.part import rules_fingerprint
from pipeline.lexicon.lexicon_files import LexiconError

_rules = version_in_environment()
if _rules is not None:
    # The worker that is asked for them tells of an error.
    with suppress(LexiconError):
        rules_fingerprint(_rules)
