"""What a file is, told by its first bytes rather than by its name, and text in its encoding."""

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, TextIO, cast

from pipeline.sources.records import SourceError

#: Bytes at a file's start that tell what it is.
_HEAD: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_STARTS: Final = {
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
    b"{\\rtf": "rtf",
}
_MARKUP: Final = (b"<html", b"<!doctype", b"<?xml", b"<table")
_OF_TEXT: Final = bytes((*b"\t\n\v\f\r\x1b", *range(32, 256)))
#: What to say of a file that is not what its kind expects.
_SAID: Final = {
    "xlsx": "is an Excel workbook; read it with the kind xlsx",
    "xls": "is an Excel workbook of the old kind (.xls) or has a password; save it as .xlsx "
    "without one, and read it with the kind xlsx",
    "parquet": "is a Parquet file; read it with the kind parquet",
    "zip": "is a zip archive; unpack it and give the file inside",
    "pdf": "is a PDF file; export the reports as CSV",
    "rtf": "is a rich text document; export the reports as CSV",
    "markup": "is HTML or XML, whatever its name; open it in a spreadsheet and save it as CSV",
    "binary": "holds no text; export the reports as CSV",
    "text": "is a text file; read it with the kind csv or jsonl",
}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What reading a file that is damaged, cut off or closed to the user raises.
BROKEN_FILE: Final = (OSError, EOFError, zlib.error, lzma.LZMAError)
#: The same of a zip archive: damaged, encrypted, of a later version, or with names that are none.
BROKEN_ARCHIVE: Final = (
    *BROKEN_FILE,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
#: The same of text, where UTF-16 may be cut within a letter.
BROKEN_TEXT: Final = (*BROKEN_FILE, UnicodeError)


def refuse_others(path: Path, expected: str, said: str) -> None:
    """See that a file is of the sort that its kind reads.

    Args:
        path: the file.
        expected: `text`, `xlsx` or `parquet`.
        said: what the kind expects, for errors.

    Raises:
        SourceError: it is empty, damaged, or of another sort.
    """
    found = _sort_of(path, _read_head(path))
    if expected != "text" and _is_gzipped(path):
        raise SourceError(f"{path}: is gzipped; unpack it; expected {said}")
    if found == "empty":
        raise SourceError(f"{path}: is empty; expected {said}")
    if found != expected:
        raise SourceError(f"{path}: {_SAID[found]}; expected {said}")


def open_text(path: Path, encoding: str | None, said: str) -> TextIO:
    """A text file, gzipped or not, as its lines are; what `encoding` cannot read are surrogates.

    UTF-8 and, by their marks or their many NULs, UTF-16 and UTF-32 are told apart.

    Args:
        path: the file.
        encoding: its encoding where the settings name one.
        said: what the kind expects, for errors.

    Raises:
        SourceError: it is empty, damaged, no text, or in an encoding that has to be named.
    """
    refuse_others(path, "text", said)
    head = _read_head(path)
    told = _marked_encoding(head)
    encoding = codecs.lookup(encoding or told or "utf-8-sig").name
    if told is not None:
        if not encoding.startswith(told.removesuffix("-sig")[:6]):
            raise SourceError(
                f"{path}: is {told.upper()}, expected {encoding} as source.encoding says; leave "
                "that out, and the encoding is told from the file"
            )
        encoding = told
    if encoding in ("utf-8", "utf-8-sig"):
        encoding = "utf-8-sig"
        _refuse_other_encoding(path, head)
    wide = encoding.startswith(("utf-16", "utf-32"))
    errors = "surrogatepass" if wide else "surrogateescape"
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")


def first_lines(file: TextIO, path: Path) -> Iterator[str]:
    """A text file's lines up to what is wanted of its start, without a byte order mark.

    Raises:
        SourceError: they cannot be read in the encoding that the settings name.
    """
    try:
        for line in file:
            yield line.removeprefix("\ufeff")
    except BROKEN_TEXT:
        raise SourceError(
            f"{path}: cannot be read as {file.encoding}; leave source.encoding out, so that it is "
            "told from the file, or fetch the file anew"
        ) from None


def open_bytes(path: Path) -> IO[bytes]:
    """A file's bytes, unpacked where they are gzipped.

    Raises:
        SourceError: it cannot be read.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise SourceError(f"{path}: is no plain file")
    try:
        return cast("IO[bytes]", gzip.open(path)) if _is_gzipped(path) else path.open("rb")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def _read_head(path: Path) -> bytes:
    head = b""
    with open_bytes(path) as file:
        try:
            while len(head) < _HEAD and (more := cast("io.BufferedReader", file).read1(_HEAD)):
                head += more
        except BROKEN_FILE as error:
            if not head:
                reason = getattr(error, "strerror", None) or "its gzip is damaged; fetch it anew"
                raise SourceError(f"{path}: cannot be read: {reason}") from None
    return head[:_HEAD]


def _sort_of(path: Path, head: bytes) -> str:
    if not head.strip():
        return "empty"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if _is_workbook(path) else "zip"
    for start, sort in _STARTS.items():
        if head.startswith(start):
            return sort
    if _marked_encoding(head):
        return "text"
    if head.lstrip().lower().startswith(_MARKUP):
        return "markup"
    # One or two bytes that no text has may be a row's own fault.
    odd = len(head.translate(None, _OF_TEXT))
    return "binary" if odd * 20 > len(head) and not _is_utf8(head) else "text"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except BROKEN_ARCHIVE:
        return path.suffix.lower() == ".xlsx"


def _marked_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark tells, or that of characters of two bytes; else None."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # Of the letters that reports are mostly written in one byte of two is zero.
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[first::2].count(0), head[1 - first :: 2].count(0)
        if head[first : first + 1] == b"\0" and zeros * 2 > len(head) / 2 and not others:
            return encoding
    return None


def other_encoding(path: Path, where: str) -> SourceError:
    """The error of a text that is in no encoding that can be told."""
    return SourceError(
        f"{path}: is not UTF-8 in {where}; a file from Windows is likely Windows-1252: name its "
        "encoding, --set source.encoding=windows-1252, or save it as UTF-8"
    )


def _refuse_other_encoding(path: Path, head: bytes) -> None:
    """See that a file is UTF-8 but for single rows, which are set aside by themselves."""
    lines = [line for line in head.splitlines(keepends=True) if line.strip()]
    wrong = [not _is_utf8(line) for line in lines]
    if sum(wrong) * 2 > len(wrong):
        raise other_encoding(path, "most of its lines")


def _is_utf8(start: bytes) -> bool:
    """Whether bytes are UTF-8, of which the last letter may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True
