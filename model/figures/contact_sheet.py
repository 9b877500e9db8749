"""A sheet of small radiographs with reference and found boxes, a title each."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.figures.overlays import Overlay
from model.figures.style import REFERENCE
from model.methods.registry import OURS, colour_of
from model.scoring.overlap import Boxes

_TITLE: Final = 14
_GAP: Final = 4
_WHITE: Final = 255


def draw_contact_sheet(shown: Sequence[Overlay], columns: int, side: int) -> Image.Image:
    """The radiographs row by row, each fitted into a square below its title.

    Args:
        shown: one or more; of the found boxes the first is drawn bold.
        columns: of the sheet.
        side: of each square, in pixels.
    """
    rows = -(-len(shown) // columns)
    width, height = side + _GAP, side + _TITLE + _GAP
    sheet = Image.new("RGB", (columns * width + _GAP, rows * height + _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=_TITLE - 4)
    for number, overlay in enumerate(shown):
        left, top = _GAP + number % columns * width, _GAP + number // columns * height
        draw.text((left, top), overlay.title, fill="black", font=font)
        sheet.paste(_tile(overlay, side), (left, top + _TITLE))
    return sheet


def _tile(overlay: Overlay, side: int) -> Image.Image:
    grey = np.asarray(np.clip(overlay.picture, 0, 1) * _WHITE, dtype=np.uint8)
    picture = Image.fromarray(grey).convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    scale = picture.width / grey.shape[1]
    draw = ImageDraw.Draw(picture)
    _draw(draw, overlay.predicted[1:] * scale, colour_of(OURS), 1)
    _draw(draw, overlay.reference * scale, REFERENCE, 2)
    _draw(draw, overlay.predicted[:1] * scale, colour_of(OURS), 2)
    tile = Image.new("RGB", (side, side), "black")
    tile.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return tile


def _draw(draw: ImageDraw.ImageDraw, boxes: Boxes, colour: str, width: int) -> None:
    for edges in boxes.tolist():
        draw.rectangle(edges, outline=colour, width=width)
