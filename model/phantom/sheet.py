"""A picture of pictures: some radiographs of each cohort, with and without their boxes."""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from data_contracts.phantom import ROLES
from model.phantom.cohort import PhantomImage
from model.phantom.radiograph import Radiograph, draw_radiograph

_COLUMNS: Final = 6
_BOX, _WORDS = (255, 96, 96), (255, 230, 120)


def draw_sheet(images: Sequence[PhantomImage], size: int) -> Image.Image:
    """Two rows for each cohort: its first radiographs with opacities, bare and with boxes.

    Args:
        images: of all cohorts; those without opacities are passed over.
        size: pixels of a radiograph's side.
    """
    sheet = Image.new("RGB", (_COLUMNS * size, 2 * len(ROLES) * size))
    for row, role in enumerate(ROLES):
        shown = [i for i in images if i.role == role and i.study.lesions][:_COLUMNS]
        for column, image in enumerate(shown):
            radiograph = draw_radiograph(image.study, size)
            picture = Image.fromarray(radiograph.pixels).convert("RGB")
            sheet.paste(picture, (column * size, 2 * row * size))
            _mark(picture, radiograph)
            sheet.paste(picture, (column * size, (2 * row + 1) * size))
    return sheet


def _mark(picture: Image.Image, radiograph: Radiograph) -> None:
    pen = ImageDraw.Draw(picture)
    for box in radiograph.boxes:
        right, lower = box.x + box.width - 1, box.y + box.height - 1
        pen.rectangle((box.x, box.y, right, lower), outline=_BOX)
        pen.text((box.x + 2, box.y), box.label.partition(":")[2], fill=_WORDS)
