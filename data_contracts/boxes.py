"""How tables hold a box: its upper left corner and its size."""

from typing import Final

import pyarrow as pa

from data_contracts.contract import Column

_PIXELS: Final = "pixels of the original image"

#: Columns of every table that has boxes.
BOX: Final = tuple(
    Column(name, pa.float64(), says, _PIXELS, minimum=0)
    for name, says in (
        ("x", "Left edge."),
        ("y", "Upper edge."),
        ("width", "Width."),
        ("height", "Height."),
    )
)


def box_row(edges: tuple[float, float, float, float]) -> dict[str, float]:
    """The columns of a box with these edges: left, upper, right, lower."""
    left, upper, right, lower = edges
    return {"x": left, "y": upper, "width": right - left, "height": lower - upper}
