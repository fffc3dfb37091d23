"""A folder of this machine into which others put files. Nothing in it is trusted: no link is followed, and only plain
files that have no second name elsewhere are read, so that it leads to nothing outside itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from stat import S_IMODE, S_ISDIR, S_ISREG
from typing import IO

from issuance.folders.dropped import DONE, REFUSED, Changes, Unfit, check_size, copy_exactly, is_meant

ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
DIRECTORY = ROOT | os.O_NOFOLLOW
PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class MachineFolder:
    """Knows its folders by descriptors, so that nobody can exchange them for others while files are taken."""

    def __init__(self, own: int, **inside: int) -> None:
        self._own, self._inside = own, inside

    def whole_files(self, before: float) -> list[str]:
        return [name for name in sorted(os.listdir(self._own)) if is_meant(name) and self._rests(name, before)]

    def folders(self, before: float) -> list[str]:
        names = (name for name in sorted(os.listdir(self._own)) if name not in self._inside and is_meant(name))
        return [name for name in names if self._rests(name, before, folder=True)]

    def _rests(self, name: str, before: float, *, folder: bool = False) -> bool:
        """By the time of its last change of any kind, which only the kernel sets: programs set that of its content, to
        long ago or to years ahead."""
        with suppress(FileNotFoundError):
            seen = _seen(name, self._own)
            return S_ISDIR(seen.st_mode) == folder and seen.st_ctime < before
        return False

    def copy(self, name: str, target: IO[bytes]) -> os.stat_result:
        _check(_seen(name, self._own))  # Before it is opened: opening a device may do something.
        try:
            descriptor = os.open(name, PLAIN, dir_fd=self._own)
        except PermissionError:
            raise Unfit("The portal isn’t allowed to read this file. Give it that right, and copy it anew.") from None
        with open(descriptor, "rb") as source:
            before = os.fstat(descriptor)
            _check(before)
            copy_exactly(source.read, target, before.st_size)
            if _content(os.fstat(descriptor)) != _content(before):
                raise Changes
        return before

    def move(self, name: str, into: str, as_name: str, copied: os.stat_result | None) -> None:
        """What took its place in the last moment is put back under the name that it would have had there."""
        there = self._inside[into]
        os.rename(name, as_name, src_dir_fd=self._own, dst_dir_fd=there)
        if copied and _content(_seen(as_name, there)) != _content(copied):
            os.rename(as_name, as_name, src_dir_fd=there, dst_dir_fd=self._own)

    def mark(self, copied: os.stat_result) -> str:
        return f"{copied.st_size} {copied.st_mtime_ns}"

    def bring_back_changed(self, inside: str, name: str, mark: str) -> bool:
        there = self._inside[inside]
        with suppress(FileNotFoundError):
            if self.mark(_seen(name, there)) != mark:
                os.rename(name, name, src_dir_fd=there, dst_dir_fd=self._own)
                return True
        return False

    def delete(self, inside: str, name: str) -> bool:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._inside[inside])
            return True
        return False


@contextmanager
def machine_folder(root: str, *names: str) -> Iterator[MachineFolder]:
    """The folder below the root to which the names lead one by one; those that aren't there are made, for the same
    people as the root. Raises OSError, also if one of them is a link."""
    with ExitStack() as opened:
        own = _kept(opened, os.open(root, ROOT))
        for name in names:
            own = _inside(opened, own, name)
        yield MachineFolder(own, **{name: _inside(opened, own, name) for name in (DONE, REFUSED)})


def _inside(opened: ExitStack, parent: int, name: str) -> int:
    made = False
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
        made = True
    own = _kept(opened, os.open(name, DIRECTORY, dir_fd=parent))
    if made:
        os.fchmod(own, S_IMODE(os.fstat(parent).st_mode))
    return own


def _kept(opened: ExitStack, descriptor: int) -> int:
    opened.callback(os.close, descriptor)
    return descriptor


def _seen(name: str, folder: int) -> os.stat_result:
    return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _check(seen: os.stat_result) -> None:
    """Raises Unfit for what no list can be made of."""
    if not S_ISREG(seen.st_mode) or seen.st_nlink != 1:
        raise Unfit("This isn’t a file of its own but a link or a device. Copy the file itself into the folder.")
    check_size(seen.st_size)


def _content(seen: os.stat_result) -> tuple[int, ...]:
    """What differs as soon as it is another file or has another content."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns
