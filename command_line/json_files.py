"""JSON files that appear whole or not at all."""

import json
from pathlib import Path
from typing import Any

from data_contracts.whole_files import whole_file


def write_json(content: Any, path: Path, *, indent: int | None = 2) -> None:
    """Put `content` at `path`, or leave what was there untouched."""
    with whole_file(path) as partial:
        partial.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")
