"""The names of view positions, whoever wrote them, as the images table names them."""

import re
from typing import Final

# DICOM's terms, MIMIC-CXR's metadata, ChestX-ray14 and the COVID-19 collection.
_NAMES: Final = {
    "PA": "PA",
    "POSTEROANTERIOR": "PA",
    "PA ERECT": "PA",
    "AP": "AP",
    "ANTEROPOSTERIOR": "AP",
    "AP ERECT": "AP",
    "AP SUPINE": "AP_SUPINE",
    "FRONTAL": "FRONTAL",
    "L": "LATERAL",
    "LL": "LATERAL",
    "RL": "LATERAL",
    "LAT": "LATERAL",
    "LLAT": "LATERAL",
    "RLAT": "LATERAL",
}


def view_of(name: str) -> str | None:
    """The view that a source's name stands for.

    Args:
        name: such as `PA`, `AP Supine`, `postero-anterior` or `XTABLE LATERAL`.

    Returns:
        One of `data_contracts.images.VIEWS`; OTHER for names that are no frontal or lateral view,
        such as `AP LLD` (lying on the side) or `LPO`; None for a blank.
    """
    plain = " ".join(re.sub(r"[_\s]+", " ", name.replace("-", "")).upper().split())
    if not plain:
        return None
    if "LATERAL" in plain.split():
        return "LATERAL"
    return _NAMES.get(plain, "OTHER")
