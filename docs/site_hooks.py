"""What links of the documentation lead to in the site where they point beyond docs/.

On disk and on GitHub pages link to files of the repository as they lie there. The site has the
README and its like as pages of their own, every other file that is linked to as a page of its code,
and a folder as a list of its files.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

#: Files beside docs/ that are pages.
PAGES = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
_LANGUAGES = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".cff": "yaml", ".md": "markdown"}
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for everything that pages link to beyond docs/."""
    root = Path(config.config_file_path).parent
    for name, page in PAGES.items():
        if (root / name).is_file():
            files.append(File.generated(config, page, content=_text(root / name)))
    waiting = [
        target
        for file in list(files.documentation_pages())
        for target in _targets(file.content_string, _origin(file.src_uri))
    ]
    while waiting:
        path = waiting.pop()
        uri = _uri(path, root)
        if files.get_file_from_path(uri) is None and (root / path).exists():
            content = _content(path, root)
            file = File.generated(config, uri, content=content)
            file.inclusion = InclusionLevel.NOT_IN_NAV
            files.append(file)
            if (root / path).is_dir():
                waiting += _targets(content, path / "README.md")
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the repository into links to their pages."""
    del files
    root = Path(config.config_file_path).parent
    here = page.file.src_uri
    if here.startswith("source/") and not here.endswith("/folder.md"):
        return markdown
    origin = _origin(here)

    def turned(link: re.Match[str]) -> str:
        uri = _uri(_target(link[1], origin), root)
        return relpath(uri, PurePosixPath(here).parent) + (link[2] or "")

    return _LINK.sub(turned, markdown)


def _origin(uri: str) -> PurePosixPath:
    """Where in the repository the page at `uri` lies."""
    for path, page in PAGES.items():
        if uri == page:
            return PurePosixPath(path)
    if uri.startswith("source/"):
        return PurePosixPath(uri).relative_to("source")
    return PurePosixPath("docs") / uri


def _uri(path: PurePosixPath, root: Path) -> str:
    """Where in the site a file or folder of the repository is."""
    if str(path) in PAGES:
        return PAGES[str(path)]
    if path.is_relative_to("docs"):
        return str(path.relative_to("docs"))
    if (root / path).is_dir():
        return f"source/{path}/folder.md"
    return f"source/{path}.md"


def _target(link: str, origin: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(normpath(origin.parent / link))


def _targets(markdown: str, origin: PurePosixPath) -> Iterator[PurePosixPath]:
    for link in _LINK.finditer(markdown):
        target = _target(link[1], origin)
        if not target.is_relative_to("docs"):
            yield target


def _content(path: PurePosixPath, root: Path) -> str:
    at = root / path
    if at.is_dir():
        names = sorted(one.name for one in at.iterdir() if one.is_file())
        listed = "\n".join(f"- [{name}]({name})" for name in names)
        return f"{_NOT_SEARCHED}# {path}/\n\n{listed}\n"
    language = _LANGUAGES.get(path.suffix, "text")
    return f"{_NOT_SEARCHED}# {path}\n\n~~~~~~{language}\n{_text(at)}\n~~~~~~\n"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
