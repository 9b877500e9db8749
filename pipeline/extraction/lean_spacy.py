"""Imports spaCy without torch, which spaCy loads where it finds it, for networks of its own.

Extraction uses none of them, and torch costs each process three seconds and half a gigabyte. To be
imported before anything that imports spaCy; afterwards torch can be imported as ever.
"""

import sys

if "spacy" not in sys.modules and "torch" not in sys.modules:
    sys.modules["torch"] = None  # type: ignore[assignment] # makes its import an ImportError
    try:
        import spacy  # noqa: F401 - imported for those who come after
    finally:
        del sys.modules["torch"]
