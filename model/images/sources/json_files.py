"""JSON files beside images."""

import json
from pathlib import Path
from typing import Any

from model.images.sources.records import ImageSourceError


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        ImageSourceError: it cannot be read or is no JSON; the message holds nothing of it.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImageSourceError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ImageSourceError(f"{path}: is no JSON file; export it anew") from None
