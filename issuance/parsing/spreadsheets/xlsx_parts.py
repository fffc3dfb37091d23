"""Finds the parts of an XLSX workbook as office programs do: by the relations that lead from the package to the
workbook, and from there to its sheets, whatever the parts are called."""

from __future__ import annotations

import posixpath
import zipfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from issuance.parsing.spreadsheets.xml_stream import Parser, local
from issuance.parsing.spreadsheets.zip_safety import USUAL_WORKBOOK, blocks_of, members_by_name
from issuance.parsing.unreadable_file import UnreadableFile


class XlsxParts:
    """The names of the members of an archive, and which of them are what. Raises UnreadableFile without a workbook."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with zipfile.ZipFile(path) as archive:
            self.sizes = {name: member.file_size for name, member in members_by_name(archive).items()}
        self.workbook = self._workbook()
        self.sheets = dict[str, str]()  # by the key under which the workbook lists them
        self.styles, self.strings = self._usual("styles.xml"), self._usual("sharedstrings.xml")
        for key, kind, member in self._relations(self.workbook):
            if kind == "worksheet":
                self.sheets[key] = member
            elif kind == "styles" and member in self.sizes:
                self.styles = member
            elif kind == "sharedStrings" and member in self.sizes:
                self.strings = member

    def _usual(self, name: str) -> str:
        """The member of that name beside the workbook, for files whose relations don't tell; empty if there is none."""
        member = posixpath.join(posixpath.dirname(self.workbook), name)
        return member if member in self.sizes else ""

    def _workbook(self) -> str:
        related: list[str] = []
        with suppress(UnreadableFile):
            related = [member for _, kind, member in self._relations("") if kind == "officeDocument"]
        workbook = next((member for member in (*related, USUAL_WORKBOOK) if member in self.sizes), "")
        if workbook.endswith(".bin"):
            raise UnreadableFile("spreadsheet_old")
        if not workbook:
            raise UnreadableFile("zip_not_spreadsheet")
        return workbook

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        """The key, the kind and the target of each relation of a part; of the package itself without a name."""
        folder, name = posixpath.split(part)
        relations: list[tuple[str, str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = self._member(folder, attributes.get("Target", ""))
                relations.append((attributes.get("Id", ""), kind, target))

        Parser(start=start).parse(blocks_of(self._path, posixpath.join(folder, "_rels", f"{name}.rels")))
        return relations

    def _member(self, folder: str, target: str) -> str:
        """The member that a target means, from the folder of the part that names it."""
        path = posixpath.join("/", folder, target.strip().replace("\\", "/"))
        member = posixpath.normpath(path).lstrip("/").casefold()
        return member if member in self.sizes else unquote(member)
