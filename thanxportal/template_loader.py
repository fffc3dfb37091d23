"""Loads this project's templates without the line breaks and indentation that only people need."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# A line of nothing but tags that print nothing by themselves must not leave an empty line in the page.
WORDS = r"load|extends|comment|if|elif|else|for|empty|with|block|partialdef|timezone|autoescape|end\w+"
SILENT = rf"\{{#[^#]*#\}}|\{{% (?:{WORDS})\b[^%]*%\}}|\{{% url [^%]* as \w+ %\}}"
SILENT_LINE = re.compile(rf"^((?:{SILENT})+)\n", re.MULTILINE)
BREAK = re.compile(rf"(>(?:{SILENT})*)?\n+((?:{SILENT})*</?)?")
AS_WRITTEN = ("<pre", "<textarea")  # There, white space is text.


class Loader(filesystem.Loader):
    """Finds templates in `DIRS`. In plain text, such as the bodies of emails, only lines of mere tags go."""

    def get_contents(self, origin: Origin) -> str:
        source = super().get_contents(origin)
        if not str(origin.template_name).endswith(".html"):
            return SILENT_LINE.sub(r"\1", source)
        if any(tag in source for tag in AS_WRITTEN):
            return source
        source = SILENT_LINE.sub(r"\1", INDENTATION.sub("", source))
        return BREAK.sub(_in_page, source.rstrip("\n"))


def _in_page(line_break: re.Match[str]) -> str:
    """A wrapped sentence is one line of the page, and nothing stands between an element's end and what it holds."""
    before, after = line_break.groups("")
    if after == "</":
        return f"{before}{after}"
    return f"{before}\n{after}" if before and after else f"{before} {after}"
