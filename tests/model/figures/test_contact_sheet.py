"""A sheet shows each radiograph below its title, with boxes of both kinds."""

import numpy as np

from model.figures.contact_sheet import draw_contact_sheet
from model.figures.overlays import Overlay
from model.scoring.overlap import as_boxes


def test_radiographs_stand_row_by_row_with_reference_and_found_boxes() -> None:
    wide = Overlay(
        np.full((50, 100), 0.5, dtype=np.float32),
        as_boxes([(10, 10, 40, 40)]),
        as_boxes([(60, 10, 90, 40)]),
        "beside",
        {},
    )
    bare = Overlay(np.zeros((80, 80), np.float32), as_boxes([]), as_boxes([]), "nothing", {})
    sheet = draw_contact_sheet([wide, bare, bare], columns=2, side=100)
    assert sheet.width > 2 * 100
    assert sheet.height > 2 * 100
    seen = np.asarray(sheet)
    yellow, blue = ((seen == colour).all(axis=2) for colour in ((240, 228, 66), (0, 114, 178)))
    assert yellow.any()
    assert np.nonzero(blue)[1].min() > np.nonzero(yellow)[1].max()
    assert np.nonzero(blue)[1].max() < 110  # in the first column
