"""What people fill in to bring a list, and the sentences for what is wrong with it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat

from issuance.guests.sight import Sight
from issuance.importing.no_tables import why_no_table
from issuance.models import GuestList
from issuance.parsing.column_choice import MOST_COLUMNS
from issuance.parsing.countries import COUNTRIES
from issuance.parsing.header_row import HEADER_WITHIN
from thanxportal.counted import counted

KINDS = ".csv,.tsv,.txt,.xlsx,.xls,.ods,text/csv,text/plain"


class NewListForm(forms.Form):
    """A guest list as a file or as pasted text: one of the two. Sent twice, it brings one list."""

    token = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid4)
    name = forms.CharField(
        label="Name of this list", max_length=200, help_text="Only your team sees it.", widget=forms.TextInput()
    )
    file = forms.FileField(
        label="Drop a file here, or choose one",
        help_text="CSV or Excel, with an email or a phone number in each row. We find the columns.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": KINDS}),
    )
    pasted = forms.CharField(
        label="Or paste guests",
        help_text="Anything that contains emails and phone numbers.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        rows, size = settings.MAX_LIST_ROWS, settings.MAX_LIST_BYTES
        self.fields["file"].help_text += f" Up to {rows:,} rows and {filesizeformat(size)}."
        self.fields["file"].widget.attrs["data-most"] = str(size)

    def clean_file(self) -> File[bytes] | None:
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        size, most = file.size or 0, settings.MAX_LIST_BYTES
        if not size:
            raise forms.ValidationError("This file is empty. Choose the file that has your guests.")
        if why := why_no_table(file.name or ""):
            raise forms.ValidationError(why)
        if size > most:
            raise forms.ValidationError(
                f"This file has {filesizeformat(size)}; a list can have {filesizeformat(most)}. "
                "Split it into several lists."
            )
        return file

    def clean_pasted(self) -> str:
        text = str(self.cleaned_data["pasted"])
        size, most = len(text.encode("utf-8", "replace")), settings.MAX_PASTED_BYTES
        if size > most:
            raise forms.ValidationError(
                f"This text has {filesizeformat(size)}; {filesizeformat(most)} can be pasted at once. "
                "Paste it in parts, or bring it as a file."
            )
        return text

    def clean(self) -> dict[str, Any]:
        file, pasted = self.cleaned_data.get("file"), self.cleaned_data.get("pasted")
        if file and pasted:
            self.add_error("pasted", "Bring a file or pasted guests, not both: empty one of them.")
        if not file and not pasted and not self.errors.keys() & {"file", "pasted"}:
            self.add_error("file", "There is nothing to read yet. Choose a file or paste your guests.")
        return self.cleaned_data

    def content(self) -> File[bytes] | str:
        """What create_list takes: the file, or the pasted text."""
        return self.cleaned_data["file"] or str(self.cleaned_data["pasted"])


PLACES = ("Second", "Third", "Fourth")
NO_COLUMN = "The file has no such column. Choose one of those that are listed."


class ColumnsForm(forms.Form):
    """Which column holds the emails and which the phone numbers, and which ones help where it is empty, in their order;
    all count from 0."""

    email = forms.IntegerField(required=False, min_value=0)
    phone = forms.IntegerField(required=False, min_value=0)
    header_row = forms.IntegerField(
        label="Row with the names of the columns",
        help_text="0 if the file has none.",
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    country = forms.ChoiceField(
        label="Phone numbers without a country code are from",
        required=False,
        error_messages={"invalid_choice": "There is no such country. Choose one of those that are listed."},
        widget=forms.Select(attrs={"class": "medium"}),
    )
    hidden = forms.ChoiceField(
        label="Hidden rows",
        help_text="They are left out unless you include them.",
        choices=[("leave_out", "Leave them out"), ("include", "Include them: their guests get rewards as well")],
        initial="leave_out",
        widget=forms.RadioSelect(),
    )

    def __init__(self, guest_list: GuestList, data: Any = None) -> None:
        info = guest_list.file_info
        guess = {name: info.get(name) for name in ("email", "phone", "header_row", "country")}
        if data is not None and "other_sheet" in data:
            data = {**data.dict(), "header_row": "0", "hidden": "leave_out"}
        super().__init__(data, initial=guess)
        self.columns: list[dict[str, Any]] = info.get("columns") or []
        for kind in ("email", "phone"):
            self._add_further(kind, info.get(kind), info.get(f"more_{kind}s") or [])
        if info.get("phone") is not None or any(column["phone"] for column in self.columns):
            self.fields["country"].choices = _countries(guest_list)  # type: ignore[attr-defined]
        else:
            del self.fields["country"]
        count = info.get("hidden_rows") or 0
        if count:
            rows = counted(count, "row is", "rows are")
            self.fields["hidden"].label = f"{rows} hidden in this sheet: include or leave out?"
        else:
            del self.fields["hidden"]

    def _add_further(self, kind: str, first: int | None, more: list[int]) -> None:
        """A choice for each further column that could help."""
        others = [at for at, column in enumerate(self.columns) if column[kind] or at in more]
        choices = [(str(at), f"{self.columns[at]['name']} ({self.columns[at][kind]:.0%} {kind}s)") for at in others]
        for place in range(min(len({*others} - {first}), MOST_COLUMNS - 1)):
            self.fields[f"{kind}_{place + 2}"] = forms.TypedChoiceField(
                label=f"{PLACES[place]} choice",
                choices=[("", "None"), *choices],
                required=False,
                initial=str(more[place]) if place < len(more) else "",
                coerce=int,
                empty_value=None,
                error_messages={"invalid_choice": NO_COLUMN},
            )

    def further(self) -> list[tuple[str, list[forms.BoundField]]]:
        """What is looked for where the first cell is empty, and the fields that say in which columns."""
        kinds = {"email": "email address", "phone": "phone number"}
        asked = [(name, [field for field in self if field.name.startswith(f"{kind}_")]) for kind, name in kinds.items()]
        return [(name, fields) for name, fields in asked if fields]

    def clean_header_row(self) -> int:
        row, most = int(self.cleaned_data["header_row"]), max(HEADER_WITHIN, self.initial["header_row"] or 0)
        if row > most:
            raise forms.ValidationError(f"The names stand in one of the first {most} rows; type 0 if there are none.")
        return row

    def rows(self, sight: Sight) -> list[dict[str, Any]]:
        """The columns that hold anything, with what is chosen now, and their first cells as somebody sees them."""
        email, phone = (str(self[name].value()) for name in ("email", "phone"))
        chosen = [
            {**column, "at": at, "is_email": email == str(at), "is_phone": phone == str(at)}
            for at, column in enumerate(self.columns)
            if column["filled"]
        ]
        return [column | {"samples": [*map(sight.show, column["samples"])]} for column in chosen]

    def choice(self) -> dict[str, Any]:
        """What choose_columns takes: another sheet alone, or columns of this one."""
        if "other_sheet" in self.data:
            return {"sheet": self.data.get("sheet", "")}
        chosen = {name: self.cleaned_data[name] for name in self.fields if "_" not in name or name == "header_row"}
        for kind in ("email", "phone"):
            places = [self.cleaned_data.get(f"{kind}_{place}") for place in range(2, MOST_COLUMNS + 1)]
            chosen[f"more_{kind}s"] = [at for at in places if at is not None]
        return chosen


def _countries(guest_list: GuestList) -> list[tuple[str, str]]:
    """By their names; the merchant's own and the one that is proposed are always among them."""
    own = {code: code for code in (guest_list.merchant.country, guest_list.country)}
    names = {code: name.removeprefix("the ") for code, name in (own | COUNTRIES).items()}
    return sorted(names.items(), key=lambda country: country[1])
