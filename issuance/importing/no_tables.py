"""Files that hold no table, told by what they are called. Pure."""

from __future__ import annotations

NO_TABLES = {
    "pdf": "a PDF document",
    "doc": "a text document",
    "docx": "a text document",
    "pages": "a text document",
    "numbers": "an Apple Numbers file",
    "jpg": "a picture",
    "jpeg": "a picture",
    "png": "a picture",
    "heic": "a picture",
    "zip": "a compressed archive",
    "vcf": "an address book",
    "json": "a JSON file",
}


def why_no_table(name: str) -> str:
    """The sentence that says what it is instead; empty for what may be one."""
    what = NO_TABLES.get(name.rpartition(".")[2].lower())
    return f"This is {what}. Save your list as CSV or Excel (.xlsx) and bring that file." if what else ""
