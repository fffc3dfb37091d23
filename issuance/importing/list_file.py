"""Opens the file of a list and settles its columns: by a person's choice, an earlier one, or by what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from issuance.models import ColumnMapping, GuestList, last_row
from issuance.parsing.guest_file import GuestFile, open_guest_file
from issuance.parsing.pasted.text import PastedGuests, read_pasted
from issuance.parsing.text_encoding import ends_within_a_line
from thanxportal.stored_files import on_this_machine


@contextmanager
def open_list_file(guest_list: GuestList) -> Iterator[GuestFile | PastedGuests]:
    """The file of a list, its columns settled, from the first row on that isn't stored. Raises UnreadableFile.

    The first reading notes in `file_info` how it read the file; whoever goes on with it reads it the same way.
    """
    if not guest_list.rows_count:
        merchant = guest_list.merchant
        guest_list.file_info = {"country": merchant.country, "prefer": merchant.preferred_identifier}
    with on_this_machine(str(guest_list.file)) as path, _opened(guest_list, path) as file:
        if isinstance(file, GuestFile) and (choice := _choice(guest_list, file)):
            file.choose(**choice)
        if guest_list.rows_count:
            file.resume(last_row=last_row(guest_list), results=guest_list.rows_count)
        else:
            _note_info(guest_list, file, path)
        yield file


def _opened(guest_list: GuestList, path: Path) -> GuestFile | PastedGuests:
    country, prefer, most = guest_list.country, guest_list.prefer, settings.MAX_LIST_ROWS
    if guest_list.pasted:
        return read_pasted(path.read_text(encoding="utf-8"), country=country, prefer=prefer, max_rows=most)
    return open_guest_file(
        path,
        country=country,
        max_rows=most,
        max_bytes=settings.MAX_LIST_BYTES,
        sheet=guest_list.mapping.get("sheet", "") or guest_list.file_info.get("sheet", ""),
        prefer=prefer,
        hidden=guest_list.mapping.get("hidden", "ask"),
    )


def _choice(guest_list: GuestList, file: GuestFile) -> dict[str, Any]:
    """The columns of the rows that are stored already, else those that a person chose for this list, else for an
    earlier file of the merchant with this header, which may be of another country; empty if there are none."""
    for choice in (guest_list.file_info if guest_list.rows_count else {}, guest_list.mapping):
        if "email" in choice:
            more = {key: choice[key] for key in ("more_emails", "more_phones", "country") if key in choice}
            return {key: choice[key] for key in ("email", "phone", "header_row")} | more
    columns = file.opened.columns
    same_header = ColumnMapping.objects.filter(header_hash=header_hash(list(columns.names)))
    remembered = same_header.filter(merchant=guest_list.merchant_id).first() if columns.header_row else None
    return {**remembered.mapping, "sure": False} if remembered else {}


def header_hash(names: list[str]) -> str:
    """The header under which a choice of columns is remembered."""
    return sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest()


def needs_columns(guest_list: GuestList) -> bool:
    """Whether a person has to choose the columns, or what becomes of hidden rows, before any row is stored."""
    info, mapping = guest_list.file_info, guest_list.mapping
    unasked = info.get("hidden_rows") and "hidden" not in mapping
    return not guest_list.rows_count and bool(mapping.get("ask") or unasked or not info["sure"])


def _note_info(guest_list: GuestList, file: GuestFile | PastedGuests, path: Path) -> None:
    opened = file.opened
    info: dict[str, Any] = guest_list.file_info | {
        "kind": opened.kind,
        "encoding": opened.encoding,
        "delimiter": opened.delimiter,
        "ends_within_a_line": opened.kind == "csv" and ends_within_a_line(path),
        "names": list(opened.columns.names),
        "email": opened.columns.email,
        "phone": opened.columns.phone,
        "more_emails": list(opened.columns.more_emails),
        "more_phones": list(opened.columns.more_phones),
        "country": opened.country or guest_list.country,
        "country_column": opened.columns.country,
        "header_row": opened.columns.header_row,
        "sure": opened.columns.sure,
        "doubts": list(opened.columns.doubts),
        "sheets": list(opened.sheets),
        "sheet": opened.sheet,
        "hidden_rows": opened.hidden_rows,
        "warnings": list(file.warnings),
    }
    guest_list.file_info = info
    if needs_columns(guest_list) and isinstance(file, GuestFile):
        info["columns"] = [column._asdict() for column in file.contents()]
        info["reasons"] = file.reasons()
    GuestList.objects.filter(pk=guest_list.pk).update(file_info=info, bytes_total=opened.bytes_total)
