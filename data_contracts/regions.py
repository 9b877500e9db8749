"""The table of candidate regions: what training reads in place of pictures."""

from typing import Final

import pyarrow as pa

from data_contracts.contract import Column, Contract

_NUMBER = pa.float32()

REGIONS: Final = Contract(
    name="regions",
    version=1,
    row="a candidate region of an image; an image's regions lie together, the likeliest first",
    primary_key=("image_id", "number"),
    columns=(
        Column("image_id", pa.string(), "The image."),
        Column("number", pa.int32(), "Rank among the image's regions, from 0.", minimum=0),
        Column("x", _NUMBER, "Left edge.", "pixels of the original image", minimum=0),
        Column("y", _NUMBER, "Upper edge.", "pixels of the original image", minimum=0),
        Column("width", _NUMBER, "Width.", "pixels of the original image", minimum=0),
        Column("height", _NUMBER, "Height.", "pixels of the original image", minimum=0),
        Column("objectness", _NUMBER, "How likely the detector finds an opacity there; 0 where "
               "windows of a grid stand in for a detector.", "probability", minimum=0),
        Column("geometry", pa.list_(_NUMBER), "Left, upper, right and lower edge over the image's "
               "width and height, then the region's share of the image.", "fraction"),
        Column("features", pa.list_(pa.float16()), "What RoIAlign reads from the feature pyramid; "
               "one length over the whole table."),
    ),
)  # fmt: skip
