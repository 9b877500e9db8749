"""A square is read once, whichever of a loader's processes reads it."""

import multiprocessing
import pickle

import numpy as np
import pytest

from model.tensors import square_cache as module
from model.tensors.square_cache import SquareCache, square_cache


def test_what_was_kept_comes_back_and_nothing_else() -> None:
    kept = SquareCache(3, 4)
    square = np.arange(16, dtype=np.uint8).reshape(4, 4)
    kept.keep(1, square)
    assert kept.get(0) is None
    found = kept.get(1)
    assert found is not None
    assert np.array_equal(found, square)


# Python 3.12 warns of forking beside threads, of which torch has some.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_keeps_squares_for_the_others() -> None:
    kept = SquareCache(2, 4)
    process = multiprocessing.get_context("fork").Process(
        target=kept.keep, args=(1, np.full((4, 4), 7, dtype=np.uint8))
    )
    process.start()
    process.join()
    found = kept.get(1)
    assert found is not None
    assert (found == 7).all()


def test_a_process_that_cannot_share_memory_starts_with_none() -> None:
    kept = SquareCache(2, 4)
    kept.keep(0, np.zeros((4, 4), dtype=np.uint8))
    assert pickle.loads(pickle.dumps(kept)).get(0) is None


def test_a_cohort_that_is_too_large_for_memory_is_not_kept() -> None:
    assert square_cache(10, 64) is not None
    assert square_cache(module.MAX_BYTES // 64**2 + 1, 64) is None
    assert square_cache(0, 64) is not None
