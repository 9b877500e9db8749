"""What may have been meant by a name that is not known; loads nothing else."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """A question to put behind a word that is not among those allowed; empty if none is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
