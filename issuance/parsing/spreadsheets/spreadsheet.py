"""Opens XLSX and ODS files as tables of text. The archive is checked before anything is unpacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, Protocol

from issuance.parsing.spreadsheets.hidden_rows import Hidden, HiddenRow
from issuance.parsing.spreadsheets.ods_sheets import ods_sheets
from issuance.parsing.spreadsheets.xlsx_workbook import Workbook
from issuance.parsing.spreadsheets.zip_safety import check_archive
from issuance.parsing.unreadable_file import UnreadableFile

_SHEETS_TRIED = 20
Holds = Literal["guests", "perhaps", "nobody"]  # what a sheet does by its first rows


class Sheet(Protocol):
    """One sheet: its name, the share of it (0 to 1) that was read, and its rows from the first on, blank ones too."""

    name: str
    share_read: float

    def rows(self) -> Iterator[list[str]]: ...

    def may_hide_rows(self) -> bool: ...

    def hidden_columns(self) -> set[int]: ...


class SheetTable:
    """One sheet of a spreadsheet as a table of text."""

    encoding = "utf-8"
    delimiter = ""
    sure = True  # which sheet is meant

    def __init__(
        self, sheet: Sheet, *, sheets: tuple[str, ...], kind: str, bytes_total: int, warnings: list[str], hidden: Hidden
    ) -> None:
        self.sheets = sheets
        self.sheet = sheet.name
        self.kind = kind
        self.bytes_total = bytes_total
        self.warnings = warnings
        self.hidden_columns = sheet.hidden_columns()
        self.hidden_rows = _hidden_rows(sheet)
        self._leaves_out = self.hidden_rows > 0 and hidden != "include"
        self._sheet = sheet

    @property
    def bytes_read(self) -> int:
        return int(self.bytes_total * min(self._sheet.share_read, 1.0))

    def rows(self) -> Iterator[list[str]]:
        """All rows of the sheet, hidden ones as blanks unless they count. Raises UnreadableFile with the number of the
        first row that can't be read."""
        if not self._leaves_out:
            return self.rows_with_hidden()
        return ([] if row.__class__ is HiddenRow else row for row in self.rows_with_hidden())

    def last_rows(self) -> list[list[str]]:
        """None: to reach the end of a sheet, all of it has to be read."""
        return []

    def rows_with_hidden(self) -> Iterator[list[str]]:
        number = 0
        try:
            for number, row in enumerate(self._sheet.rows(), 1):  # noqa: B007 - needed where it ends
                yield row
        except UnreadableFile as refusal:
            raise UnreadableFile(refusal.code, line=number + 1, unit="row") from None

    def close(self) -> None:
        """Nothing stays open between two rows."""


def open_spreadsheet(
    path: Path, *, bytes_total: int, holds: Callable[[Sheet], Holds], name: str = "", hidden: Hidden = "ask"
) -> SheetTable:
    """The visible sheet of that name, else the first that `holds` guests, else perhaps, else the first; says so when
    there are others, and isn't sure when several may have guests. Hidden rows come as blank ones if `hidden` doesn't
    include them.

    Raises UnreadableFile.
    """
    archive = check_archive(path)
    kind = archive.kind
    most = _SHEETS_TRIED
    sheets: list[Sheet] = [*(ods_sheets(path, most=most) if kind == "ods" else Workbook(path).sheets[:most])]
    if not sheets:
        raise UnreadableFile("empty_file")
    fitting = [sheet for sheet in sheets if sheet.name == name] or _with_guests(sheets, holds) or sheets[:1]
    chosen = fitting[0]
    warnings = ["Some cells refer to other files. They were read as last saved."] if archive.linked else []
    if len(sheets) > 1:
        warnings.append(f"Read the sheet “{chosen.name}”; the file has {len(sheets)} sheets.")
    names = tuple(sheet.name for sheet in sheets)
    table = SheetTable(chosen, sheets=names, kind=kind, bytes_total=bytes_total, warnings=warnings, hidden=hidden)
    table.sure = len(fitting) == 1
    return table


def _with_guests(sheets: list[Sheet], holds: Callable[[Sheet], Holds]) -> list[Sheet]:
    """Those that may hold guests, the ones whose header says so before the others."""
    held = [(sheet, holds(sheet)) for sheet in sheets]
    return [sheet for what in ("guests", "perhaps") for sheet, holding in held if holding == what]


def _hidden_rows(sheet: Sheet) -> int:
    """How many hold anything, as far as the sheet can be read."""
    count = 0
    if sheet.may_hide_rows():
        with suppress(UnreadableFile):
            for row in sheet.rows():
                count += row.__class__ is HiddenRow and any(map(str.strip, row))
    return count
