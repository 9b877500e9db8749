"""What a process would extract by, and what it sees of the files: asked of every worker.

Workers are sent this as code, not by its name, since they may have another release or none: up here
nothing may be imported that Python does not bring.
"""

import importlib
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

#: What is asked by a library's or a path's name: what was found.
State = Mapping[str, str]


def process_state(lexicon: str, digest: str, paths: Sequence[str]) -> State:
    """What this process has: versions, digests of code and lexicon, and which paths it sees.

    Args:
        lexicon: folder of lexicon files.
        digest: that the lexicon should have.
        paths: that all processes share.
    """
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    # Other releases of these may split words or match cues differently, or write other bytes.
    for name in ("pneumoloc", "spacy", "scispacy", "negspacy", "pyarrow"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    try:
        code = importlib.import_module("pipeline.extraction.batch.code_digest")
        versions = importlib.import_module("pipeline.extraction.running.lexicon_version")
        found["rules"] = code.code_digest()[:12]
        found["lexicon"] = versions.digest_here(Path(lexicon), digest)[:12]
    except (ImportError, AttributeError):
        found["rules"] = "none of this release"
    for path in paths:
        found[path] = "seen" if os.access(path, os.R_OK) else "not seen"
    return found
