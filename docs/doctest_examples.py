"""Examples of docstrings as code in the site, whether or not a heading stands above them."""

import re
from typing import Any

from griffe import Extension, Object

#: Lines from a prompt down to the next blank one.
_EXAMPLE = re.compile(r"(?:^>>> .*\n?(?:.+\n?)*)", re.MULTILINE)


class FencedExamples(Extension):
    """Puts what begins with a prompt between fences; it would be read as a quotation."""

    def on_object(self, *, obj: Object, **kwargs: Any) -> None:
        """Fence the examples of a module, class or function."""
        del kwargs
        if obj.docstring is not None:
            obj.docstring.value = _EXAMPLE.sub(_fenced, obj.docstring.value)


def _fenced(example: re.Match[str]) -> str:
    code = example[0].rstrip("\n").replace("<BLANKLINE>", "")
    return f"```pycon\n{code}\n```\n"
