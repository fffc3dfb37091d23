"""One style sheet for the browser out of many for people: css/portal.css, joined from static/css.

Layers decide what wins, so the order of the files doesn't matter, but for the one that names the layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/portal.css"
FOLDERS = ("components", "pages")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined() -> str:
    css = settings.BASE_DIR / "static" / "css"
    files = [css / "tokens.css", css / "base.css", css / "layout.css"]
    files += [file for folder in FOLDERS for file in sorted((css / folder).glob("*.css"))]
    return packed("\n".join(file.read_text() for file in files))


def packed(css: str) -> str:
    """Without comments and indentation, which only people read."""
    lines = _COMMENT.sub("", css).splitlines()
    return "\n".join(filter(None, map(str.strip, lines)))


class Finder(BaseFinder):
    """Joins anew whenever it is asked: by `collectstatic`, and by each request of a development server."""

    storage = FileSystemStorage(settings.VAR_DIR / "stylesheets")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != NAME:
            return []
        self._write()
        return [self.storage.path(NAME)] if find_all else self.storage.path(NAME)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        self._write()
        yield NAME, self.storage

    def _write(self) -> None:
        file, css = Path(self.storage.path(NAME)), joined()
        if file.exists() and file.read_text() == css:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{uuid4()}.css")
        new.write_text(css)
        new.replace(file)  # At once, so that nobody reads half of it.
