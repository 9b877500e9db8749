"""JSON files that appear whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(content: Any, path: Path, *, indent: int | None = 2) -> None:
    """Put `content` at `path`, or leave what was there untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")
    os.replace(partial, path)
