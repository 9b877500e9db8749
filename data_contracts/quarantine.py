"""A record of a source that cannot be used: what becomes a row of a quarantine table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record stands: `row` of `file`, the header being row 1, or 0 for the whole file."""

    file: str
    row: int = 0

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}" if self.row else self.file


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used; a row of the quarantine table.

    Attributes:
        location: where it stands.
        record_id: its id where it could be read.
        reason: short name, such as `duplicate_id`; one of those that the docs list.
        detail: what was expected and what to do; never a patient's text.
    """

    location: Location
    record_id: str | None
    reason: str
    detail: str
