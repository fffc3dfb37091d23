"""Loads this project's templates without the indentation that people read them by, which browsers have no use for."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# A line of nothing but tags that print nothing by themselves must not leave an empty line in the page.
WORDS = r"load|extends|comment|if|elif|else|for|empty|with|block|partialdef|timezone|autoescape|end\w+"
SILENT = rf"\{{#[^#]*#\}}|\{{% (?:{WORDS})\b[^%]*%\}}|\{{% url [^%]* as \w+ %\}}"
SILENT_LINE = re.compile(rf"^((?:{SILENT})+)\n", re.MULTILINE)


class Loader(filesystem.Loader):
    """Finds templates in `DIRS`. In plain text, such as the bodies of emails, indentation stays."""

    def get_contents(self, origin: Origin) -> str:
        source = super().get_contents(origin)
        if str(origin.template_name).endswith(".html"):
            source = INDENTATION.sub("", source)
        return SILENT_LINE.sub(r"\1", source).rstrip("\n")
