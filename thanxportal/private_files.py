"""Files of the portal are for its own user alone, whatever the umask of who starts it: 0600, folders 0700."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def keep_private(paths: Iterable[Path]) -> None:
    """Sets the umask of this process, and closes what an earlier version left open, where this user may."""
    os.umask(0o077)
    for path in paths:
        with suppress(FileNotFoundError, PermissionError):
            path.chmod(0o700 if path.is_dir() else 0o600)
