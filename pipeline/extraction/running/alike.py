"""Whether all workers would give the rows that one process gives: seen before any part is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pipeline.extraction.running.lexicon_version import LexiconVersion
from pipeline.extraction.running.process_state import process_state
from pipeline.extraction.running.workers import Workers, WorkersError

#: Workers that a message names.
_NAMED: Final = 5
_REMEDY: Final = (
    "Give all of them one release of pneumoloc with the same libraries, and the lexicon and the "
    "tables under the same paths, and restart them"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What all processes that extract together have.

    Attributes:
        rules: the lexicon to extract by.
        state: versions and digests by name; see `process_state`.
    """

    rules: LexiconVersion
    state: tuple[tuple[str, str], ...]


def agree(workers: Workers, rules: LexiconVersion, folders: Sequence[Path]) -> Agreement:
    """Make sure that workers have the versions, rules and lexicon that this process has.

    Args:
        workers: who is to do the work.
        rules: what to extract by.
        folders: what all of them must see.

    Raises:
        WorkersError: some do not; the message names them.
    """
    asked = str(rules.lexicon), rules.digest
    paths = [str(folder) for folder in folders]
    here = process_state(*asked, paths)
    others = [
        f"  {name}: {', '.join(differing)}"
        for name, found in workers.ask(process_state, *asked, paths).items()
        if (differing := _differences(found, here))
    ]
    if others:
        more = [f"  and {len(others) - _NAMED} more"] if len(others) > _NAMED else []
        raise WorkersError(
            "\n".join(
                [
                    "workers that would not extract as this process does:",
                    *others[:_NAMED],
                    *more,
                    f"Nothing has been written. {_REMEDY}",
                ]
            )
        )
    return Agreement(rules, tuple((name, here[name]) for name in here if name not in paths))


@lru_cache(maxsize=1)
def keep_to(agreement: Agreement) -> None:
    """Make sure that this process, which may have come to the others later, is like them.

    Raises:
        WorkersError: it is not.
    """
    rules = agreement.rules
    # The lexicon is looked at where it is read: this process may have read it before an edit.
    agreed = {name: value for name, value in agreement.state if name != "lexicon"}
    differing = _differences(process_state(str(rules.lexicon), rules.digest, ()), agreed)
    if differing:
        raise WorkersError(
            f"a worker that came later would not extract as the others do: {', '.join(differing)}. "
            f"What is finished is kept. {_REMEDY}, and run again"
        )


def _differences(found: Any, expected: Mapping[str, str]) -> list[str]:
    if not isinstance(found, Mapping):
        return [f"does not answer ({type(found).__name__})"]
    return [
        f"{name} {found.get(name, 'unknown')} in place of {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
