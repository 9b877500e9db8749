"""Look-up tables of DICOM files, as far as they can be used (PS3.3 C.11.1 and C.11.2)."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

#: What a first length of 0 means, as 16 bits cannot say it.
_MOST: Final = 2**16
#: The standard has tables of 8 and of 10 to 16 bits.
_LEAST_BITS, _MOST_BITS = 8, 16


@dataclass(frozen=True, slots=True)
class LookupTable:
    """What becomes of each stored value.

    Attributes:
        first: the value that the first entry is for; lower ones get it too, and those behind the
            last entry get the last.
        entries: what the values become.
        bits: how many bits an entry may use.
    """

    first: int
    entries: NDArray[np.uint16]
    bits: int

    @property
    def spans_its_bits(self) -> bool:
        """Whether the greatest entry is near what its bits allow.

        A table for a screen goes up to white. One that says 16 bits and holds 10 would be shown
        almost black.
        """
        return bool(int(self.entries.max()) >= 1 << (self.bits - 2))

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        """The entries for values, of the same shape."""
        places = np.clip(values.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return self.entries[places]


def read_lookup_table(dataset: Dataset, sequence: str) -> LookupTable | None:
    """The first table of a sequence; None where there is none, or it is not as it says.

    Args:
        dataset: the file's.
        sequence: keyword of the sequence, such as `VOILUTSequence`.
    """
    try:
        items = dataset.get(sequence)
        return _read(items[0], little=_is_little(dataset)) if items else None
    except (AttributeError, IndexError, KeyError, NotImplementedError, TypeError, ValueError):
        return None  # of pydicom, over elements that are not of their kind


def _is_little(dataset: Dataset) -> bool:
    return bool(dataset.original_encoding[1] is not False)


def _read(item: Dataset, *, little: bool) -> LookupTable | None:
    length, first, bits = (int(number) for number in _words(item.LUTDescriptor, little))
    length = length or _MOST
    entries = _entries(item.LUTData, length, bits, little)
    if len(entries) < length or not _LEAST_BITS <= bits <= _MOST_BITS:
        return None
    return LookupTable(first, entries[:length], bits)


def _entries(data: Any, length: int, bits: int, little: bool) -> NDArray[np.uint16]:
    # Entries of 8 bits may fill a byte each, and a last one be there for an even length.
    if bits == _LEAST_BITS and isinstance(data, bytes) and len(data) in (length, length + 1):
        return np.frombuffer(data, np.uint8).astype(np.uint16)
    return np.asarray(_words(data, little)).astype(np.uint16)


def _words(value: Any, little: bool) -> Any:
    """The numbers of an element, which are bytes where its kind was not told."""
    if isinstance(value, bytes):
        return np.frombuffer(value[: len(value) // 2 * 2], "<u2" if little else ">u2")
    return np.atleast_1d(np.asarray(value if value is not None else (), np.int64))
