"""Records that cannot be used are gathered as columns, and none takes another's place."""

from hypothesis import given
from hypothesis import strategies as st

from data_contracts import rows
from data_contracts.checking import check_table
from data_contracts.quarantine import Location, Rejected
from data_contracts.quarantining import Quarantine, quarantine_table
from data_contracts.tables import QUARANTINE

# Few names, so that they meet, and some that a number makes of others.
_FILES = st.sampled_from(["a.csv", "a.csv #2", "a.csv #2 #2", "b.csv"])


def _record(file: str, row: int = 2, reason: str = "duplicate_id") -> Rejected:
    return Rejected(Location(file, row), None, reason, "give each its own")


def test_members_of_one_name_are_numbered_in_their_order() -> None:
    table = quarantine_table(
        [_record("r.txt"), _record("q.txt"), _record("r.txt"), _record("r.txt")]
    )
    assert table["file"].to_pylist() == ["r.txt", "q.txt", "r.txt #2", "r.txt #3"]


def test_one_row_may_be_set_aside_for_two_reasons() -> None:
    table = quarantine_table([_record("r.csv"), _record("r.csv", reason="empty_box")])
    assert table["file"].to_pylist() == ["r.csv", "r.csv"]


def test_bytes_of_a_name_that_are_not_utf8_become_question_marks() -> None:
    assert quarantine_table([_record("r\udcff.txt")])["file"].to_pylist() == ["r?.txt"]


def test_nothing_set_aside_is_a_table_without_rows() -> None:
    assert check_table(QUARANTINE, quarantine_table([]), "here").num_rows == 0


@given(st.lists(st.tuples(_FILES, st.integers(0, 1), st.sampled_from(["x", "y"])), max_size=12))
def test_every_record_has_a_row_with_a_key_of_its_own(places: list[tuple[str, int, str]]) -> None:
    table = quarantine_table([_record(*place) for place in places])
    # The contract refuses a key that two rows have.
    checked = check_table(QUARANTINE, table, "here")
    assert checked["row"].to_pylist() == [row for _, row, _ in places]
    assert checked["reason"].to_pylist() == [reason for *_, reason in places]
    assert all(
        name.startswith(file)
        for name, (file, *_) in zip(checked["file"].to_pylist(), places, strict=True)
    )


def test_records_are_counted_and_kept_in_order_over_many_columns_full() -> None:
    quarantine = Quarantine()
    count = 2 * rows._LOOSE + 3
    for number in range(count):
        quarantine.add(_record("r.csv", number, "lateral" if number % 2 else "other_view"))
    assert len(quarantine) == count
    assert quarantine.reasons == {"lateral": count // 2, "other_view": count - count // 2}
    assert quarantine.table()["row"].to_pylist() == list(range(count))
