"""A file that somebody dropped: whether it is meant to be taken, how it is called, and why no list is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, Protocol

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from thanxportal.plain_text import nameless

DONE, REFUSED = "done", "refused"
BEING_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload")
LONGEST = 150  # bytes of a name; what stands before it says when it was taken
PIECE = 1024 * 1024  # bytes
A_FOLDER = "This is a folder. Only files that lie in the folder of the campaign itself are taken: move them there."


class Unfit(Exception):
    """No list can be made of the file; `args[0]` is the sentence for the merchant."""


class Changes(Exception):
    """Somebody changes the file right now: the next look takes it."""


class DropFolder(Protocol):
    """A folder with its `done` and `refused`, on this machine or in a bucket. Its methods raise OSError."""

    def whole_files(self, before: float) -> list[str]:
        """Names of what nobody has changed since a moment, in their order."""

    def folders(self, before: float) -> list[str]:
        """Names of folders in it, of which nothing is taken, but for its own."""

    def copy(self, name: str, target: IO[bytes]) -> Any:
        """Copies a file, and returns what it was, which `move` takes. Raises Unfit and Changes."""

    def mark(self, copied: Any) -> str:
        """What is no longer the same once somebody writes to the file; empty where nobody can."""

    def move(self, name: str, into: str, as_name: str, copied: Any) -> None:
        """Moves it into `done` or `refused`, unless something else took its place since it was `copied`, None if it
        wasn't."""

    def bring_back_changed(self, inside: str, name: str, mark: str) -> bool:
        """Brings what was moved back if it no longer has this mark: some of it was never read."""

    def delete(self, inside: str, name: str) -> bool:
        """Deletes what was moved; False if it isn't there."""


def is_meant(name: str) -> bool:
    """Not so of hidden files, and of what programs call a file that they still write."""
    return not name.startswith((".", "~")) and not name.lower().endswith(BEING_WRITTEN)


def readable(name: str) -> str:
    """The name as it is shown and kept: without control characters, emails and phones, and not too long for any
    folder."""
    printable = "".join(sign if sign.isprintable() and sign not in "/\\" else "_" for sign in name)
    return nameless(printable).encode()[-LONGEST:].decode(errors="ignore")


def check_size(size: int) -> None:
    """Raises Unfit."""
    if not size:
        raise Unfit("This file is empty. Export it again.")
    if size > settings.MAX_LIST_BYTES:
        has, most = filesizeformat(size), filesizeformat(settings.MAX_LIST_BYTES)
        raise Unfit(f"This file has {has}; a list can have {most}. Split it into several files.")


def copy_exactly(read: Callable[[int], bytes], target: IO[bytes], size: int) -> None:
    """Copies so many bytes. Raises Changes if there are more or fewer."""
    while piece := read(PIECE):
        size -= target.write(piece)
        if size < 0:
            raise Changes
    if size:
        raise Changes
