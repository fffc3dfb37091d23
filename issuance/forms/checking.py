"""What people fill in to repair a checked list, and the sentences for what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms

from issuance.checking.revalidation import identifier_columns, revalidate
from issuance.forms.importing import KINDS
from issuance.guests.reasons import reason_in_words
from issuance.guests.sight import MASKED, Sight
from issuance.models import GuestList, RowError
from issuance.parsing.row_result import RowResult


class RowForm(forms.Form):
    """The cells of one bad row in which its guest should stand, empty for who may not see them. Nothing is saved before
    a guest can be read there."""

    def __init__(self, guest_list: GuestList, error: RowError, data: Any = None, *, sight: Sight = MASKED) -> None:
        super().__init__(data)
        self.list, self.row, cells = guest_list, error.row, [str(cell) for cell in error.cells]
        self.cells = cells
        self.result: RowResult | None = None
        for at, name in identifier_columns(guest_list):
            self.fields[f"cell{at}"] = forms.CharField(
                label=f"{name}, row {error.in_file:,}",
                required=False,
                max_length=1_000,
                # A field of one line would join the lines of a cell, and make another address of two of them.
                initial=" ".join(cells[at].splitlines()) if at < len(cells) and sight.sees(error.row) else "",
                widget=forms.TextInput(attrs=self._attributes(first=not self.fields)),
            )

    def _attributes(self, *, first: bool) -> dict[str, str]:
        """The fields stand in the cells of a table, apart from their form; the first takes the focus."""
        named = {"form": f"row-form-{self.row}", "autocomplete": "off", "spellcheck": "false"}
        return (
            named | ({"data-focus": "", "autofocus": ""} if first else {}) | ({"aria-describedby": f"wrong-{self.row}"})
        )

    def clean(self) -> dict[str, Any]:
        cells = [*self.cells]
        for name, text in self.cleaned_data.items():
            at = int(name.removeprefix("cell"))
            cells += [""] * (at + 1 - len(cells))
            cells[at] = text
        [self.result] = revalidate(self.list, [(self.row, cells)])
        if self.result.code:
            raise forms.ValidationError(reason_in_words(self.result.code))
        return self.cleaned_data


def row_form(guest_list: GuestList, row: str, data: Any = None) -> RowForm | None:
    """What somebody typed into the form of the bad row with this number; None if there is no such row."""
    error = _bad_row(guest_list, row)
    return RowForm(guest_list, error, data) if error else None


def opened_row(guest_list: GuestList, row: str, opened: Callable[[int], Sight]) -> RowForm | None:
    """The same form with the cells as whoever opened it may see them; None if an address names no bad row."""
    error = _bad_row(guest_list, row)
    return RowForm(guest_list, error, sight=opened(error.row)) if error else None


def _bad_row(guest_list: GuestList, row: str) -> RowError | None:
    return RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID).numbered(row)


class IncludeForm(forms.Form):
    """Why guests who were rewarded before get another reward."""

    campaign = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why they get another reward",
        max_length=200,
        error_messages={"required": "Say why they get another reward: it stays in the list’s story."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, campaign_id: int | None, data: Any = None) -> None:
        super().__init__(data, initial={"campaign": campaign_id}, auto_id=f"include-{campaign_id}-%s")


class UploadRowsForm(forms.Form):
    """The download of bad rows, repaired."""

    rows = forms.FileField(
        label="The repaired file",
        help_text="As CSV or Excel, with its first two columns as they were.",
        widget=forms.FileInput(attrs={"accept": KINDS}),
        error_messages={
            "required": "Choose the file that you downloaded here and repaired.",
            "empty": "This file is empty. Choose the file that you downloaded here and repaired.",
        },
    )

    def path(self) -> Path:
        """Where the upload waits on disk."""
        return Path(self.cleaned_data["rows"].temporary_file_path())
