"""Which encoding a text file has, and whether it is text at all."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from os import SEEK_END
from pathlib import Path
from typing import NamedTuple

from issuance.parsing.column_names import UNCLEAR, email_rank, phone_rank, plain_name
from issuance.parsing.unreadable_file import UnreadableFile

_CHUNK = 1024 * 1024  # also the bound of a line: a whole chunk without a line end is refused
_TAIL = 64  # bytes
_FEW = 10  # NUL signs in a chunk are no proof of damage
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # Before UTF-16, whose mark is its beginning.
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


# Encodings of old programs, which nothing but their words tells from each other.
_OF_HEADERS = {"cp932": "Shift-JIS", "euc_jp": "EUC-JP", "gb18030": "GBK", "cp949": "EUC-KR", "big5": "Big5",
               "cp1251": "Windows-1251", "cp1253": "Windows-1253", "cp1254": "Windows-1254", "cp1255": "Windows-1255",
               "cp1256": "Windows-1256", "cp874": "Windows-874", "mac_roman": "Mac OS Roman"}  # fmt: skip
_SHIFTS_TO_KANJI = re.compile(rb"[^\x80-\xff]*\x1b\$[@B]").match  # of Japanese mail programs
_HEADER_WITHIN = 5  # lines


class Encoding(NamedTuple):
    """The encoding of a text file, by its name in Python; `warnings` say what a person should look at."""

    name: str
    holds_nul: bool
    warnings: tuple[str, ...] = ()


def encoding_of(path: Path) -> Encoding:
    """That of its mark, else UTF-8 if most letters are, else Windows-1252; decided over the whole file.

    Raises UnreadableFile where many signs are NUL, and for a line of a megabyte or more.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    marked = marked or ("iso2022_jp" if _SHIFTS_TO_KANJI(head) else _unmarked_utf16(head))
    try:
        return _described(marked or "utf-8", _check_text(path, marked or "utf-8", "strict"))
    except UnicodeDecodeError:
        pass
    name = marked or ("utf-8" if _mostly_utf8(path) else _named_by_header(path, head) or "cp1252")
    holds_nul = _check_text(path, name, "replace")
    if name == "cp1252":
        why = "because the file is not valid UTF-8: check that accented letters look right."
        return _described(name, holds_nul, f"Read as Windows-1252, {why}")
    if name in _OF_HEADERS:
        return _described(
            name, holds_nul, f"Read as {_OF_HEADERS[name]}, as its header is: check that names look right."
        )
    shown = name.upper().removesuffix("-SIG")
    return _described(name, holds_nul, f"Read as {shown}, but some of its letters are damaged: they show as \ufffd.")


def _named_by_header(path: Path, head: bytes) -> str:
    """The encoding in which a header is one, where it is none in Windows-1252; empty if there is no such encoding."""
    lines = b"\n".join(head.splitlines()[:_HEADER_WITHIN])
    for name in ("cp1252", *_OF_HEADERS):
        cells = re.split(r"[,;|\t\r\n]", lines.decode(name, "ignore"))
        names = [plain_name(cell) for cell in cells if not cell.isascii()]
        if any(max(email_rank(cell), phone_rank(cell)) > UNCLEAR for cell in names):
            with suppress(UnicodeDecodeError):
                if name in _OF_HEADERS:
                    _check_text(path, name, "strict")
                return name
    return ""


def _described(name: str, holds_nul: bool, *warnings: str) -> Encoding:
    nul = ("The file holds signs that no text has (NUL). They were left out.",) if holds_nul else ()
    return Encoding(name, holds_nul, (*warnings, *nul))


def _mostly_utf8(path: Path) -> bool:
    """Whether more letters beyond ASCII are valid UTF-8 than not: a damaged letter is better than a wrong encoding."""
    good = bad = 0
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        while block := text.read(_CHUNK):
            broken = block.count("\ufffd")
            good += len(block) - len(block.encode("ascii", "ignore")) - broken
            bad += broken
    return good > bad


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark shows itself by zeros in every other byte."""
    half = len(head) // 2
    if half < 4:
        return None
    if head[1::2].count(0) > half * 0.7 and not head[0::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > half * 0.7 and not head[1::2].count(0) else None


def _check_text(path: Path, encoding: str, errors: str) -> bool:
    """Decodes the whole file, and tells whether it holds NUL. Raises UnicodeDecodeError and UnreadableFile."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    lines, holds_nul = 1, False
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            text = decoder.decode(block)
            line_ends = text.count("\n") or text.count("\r")
            nuls = text.count("\0")
            holds_nul |= nuls > 0
            if nuls > max(_FEW, len(text) // 20):
                nul = text.find("\0")
                raise UnreadableFile("nul_bytes", line=lines + (text.count("\n", 0, nul) or text.count("\r", 0, nul)))
            if not line_ends and len(block) == _CHUNK:
                raise UnreadableFile("line_too_long", line=lines)
            lines += line_ends
        decoder.decode(b"", final=True)
    return holds_nul


def ends_within_a_line(path: Path) -> bool:
    """Whether nothing ends the last line of a text file, as where it was cut off."""
    with path.open("rb") as file:
        file.seek(-min(_TAIL, path.stat().st_size), SEEK_END)
        tail = file.read()
    return not tail.rstrip(b" \t\x00\x1a").endswith((b"\n", b"\r"))  # NUL: half of a sign in UTF-16.
