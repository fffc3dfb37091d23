"""The one error of reading a guest list: it says what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


class UnreadableFile(Exception):
    """Nothing more can be read from this file.

    `code` is for machines, `sentence` for the merchant (without personal data), `where` for the end of one.
    `line` counts from 1 or is None; `unit` says what it counts, lines of a text or rows of a table.
    """

    def __init__(self, code: str, *, line: int | None = None, unit: str = "line", **details: object) -> None:
        self.code = code
        self.line = line
        self.sentence = _SENTENCES[code].format(line=line, **details)
        self.where = f"{unit} {line:,}" if line else "that place"
        super().__init__(f"{code} at line {line}" if line else code)


_SENTENCES = {
    "empty_file": "The file is empty. Export it again and check that it holds your guests.",
    "empty_text": "Nothing was pasted. Paste the email addresses or phone numbers of your guests.",
    "no_identifier_in_text": "No email address or phone number was found in the text. Check what was copied.",
    "no_rows": "The file has a header but no guests under it. Check that the export holds rows.",
    "no_identifier_column": (
        "No column with email addresses or phone numbers was found. "
        "Add one, with Email or Phone as its first line, and upload the file again."
    ),
    "file_too_large": "The file is larger than {megabytes} MB. Split it into several lists.",
    "too_many_rows": (
        "The file has more than {rows:,} guests: row {line} is the first beyond that. Split it into several lists."
    ),
    "too_many_columns": (
        "Line {line} has more than {columns:,} columns. Keep the columns that are needed and upload the file again."
    ),
    "binary_file": "This is {what}, not a list. Upload a CSV or Excel (.xlsx) file, or paste the guests.",
    "nul_bytes": "Line {line} holds bytes that no text has. The file is damaged: export it again as CSV (UTF-8).",
    "line_too_long": "Line {line} is longer than a million characters. Export the file again, with one guest per line.",
    "quote_unclosed": (
        'A quote (") opened in the row that starts on line {line} is never closed or is closed in the wrong place. '
        "Close or remove it and upload the file again."
    ),
    "cell_too_long": (
        "The row that starts on line {line} has a cell of more than {characters:,} characters; "
        'often a closing quote (") is missing. Correct it and upload the file again.'
    ),
    "only_hidden_rows": (
        "Every row with guests is hidden in this sheet. Show those rows, save the spreadsheet and upload it again."
    ),
    "zip_not_spreadsheet": "This zip archive is not a spreadsheet. Unpack it and upload the list inside.",
    "spreadsheet_encrypted": "The spreadsheet is protected by a password. Save it without one and upload it again.",
    "spreadsheet_macros": "The spreadsheet contains macros. Save it as .xlsx without them and upload it again.",
    "spreadsheet_old": "This is an older or binary Excel format. Save it as .xlsx or CSV and upload it again.",
    "spreadsheet_damaged": "The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and upload that.",
    "spreadsheet_inflates": (
        "Unpacked, the spreadsheet would be far larger than any list of guests. Save the sheet as CSV and upload that."
    ),
    "spreadsheet_too_large": (
        "The used area of the sheet has too many cells. Remove the columns that aren’t needed, or save it as CSV."
    ),
}


def in_blocks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Up to `size` at a time; where they end in UnreadableFile, it is raised after what came before it."""
    while True:
        block, refusal = list[Item](), None
        try:
            block.extend(islice(items, size))  # Keeps what comes before an error.
        except UnreadableFile as error:
            refusal = error
        if block:
            yield block
        if refusal:
            raise refusal
        if not block:
            return
