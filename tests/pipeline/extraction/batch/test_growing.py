"""Columns grow, whoever still looks at them, such as the profiler in a Dask worker."""

import sys
import threading
from array import array
from types import FrameType

import numpy as np

from pipeline.extraction.batch.extractor import load_extractor
from pipeline.extraction.batch.growing import able_to_grow
from pipeline.extraction.batch.passage_store import PassageStore


def test_a_view_stays_as_it_was_and_the_column_grows() -> None:
    column = array("q", [1, 2])
    assert able_to_grow(column) is column
    view = np.frombuffer(column, dtype=np.int64)
    grown = able_to_grow(column)
    grown.append(3)
    assert grown.tolist() == [1, 2, 3]
    assert view.tolist() == [1, 2]


def test_extraction_goes_on_while_another_thread_holds_its_frames() -> None:
    store, this = PassageStore(load_extractor()), threading.get_ident()
    over, held = False, list[FrameType]()

    def hold() -> None:
        while not over:
            frame: FrameType | None = sys._current_frames()[this]
            while frame is not None:
                held.append(frame)
                frame = frame.f_back

    holder = threading.Thread(target=hold)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    holder.start()
    try:
        for size in range(40):
            text = f"Patchy opacity measuring {size} mm in the left base{size}."
            sentences = store.split([f"{text} No effusion {size}."])
            store.numbers("findings")[text]
            passages = len(store.columns().passages)
            assert passages == len(store)
            assert len(sentences.start) == 2
    finally:
        over = True
        holder.join()
        sys.setswitchinterval(interval)
