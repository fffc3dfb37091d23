"""Files that are no text, or one of another kind than a table, told by their first bytes."""

from __future__ import annotations

import codecs
import mmap
import re
from pathlib import Path

from issuance.parsing.unreadable_file import UnreadableFile

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"{\\rtf", "a text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML file"),
    (b"begin:vcard", "an address book (vCard)"),
    (b"begin:vcalendar", "a calendar"),
)
_JSON = re.compile(rb'(?:\[\s*)?\{\s*"[^"]*"\s*:').match
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refuse_binary(path: Path, head: bytes) -> None:
    """Raises UnreadableFile if the file that begins with `head` is no text or no table."""
    if head.startswith(_OLE):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            encrypted = content.find("EncryptedPackage".encode("utf-16-le")) >= 0
        raise UnreadableFile("spreadsheet_encrypted" if encrypted else "spreadsheet_old")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for signature, what in _SIGNATURES:
        if head.startswith(signature) or start.startswith(signature.lower()):
            raise UnreadableFile("binary_file", what=what)
    if _JSON(start):
        raise UnreadableFile("binary_file", what="a JSON file")
    controls = sum(byte < 32 and byte not in b"\t\n\r\x00" for byte in head.rstrip(b"\x1a"))
    if controls > len(head) // 10:
        raise UnreadableFile("binary_file", what="a program’s own format")
