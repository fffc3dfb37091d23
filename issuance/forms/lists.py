"""What people type on the way to issuing, and the sentences for what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat

from issuance.models import GuestList

TYPE_THE_COUNT_ABOVE = 1_000  # guests
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
}
KINDS = ".csv,.tsv,.txt,.xlsx,.xls,.ods,text/csv,text/plain"


class NewListForm(forms.Form):
    """A guest list as a file or as pasted text: one of the two."""

    name = forms.CharField(
        label="Name of this list", max_length=200, help_text="Only your team sees it.", widget=forms.TextInput()
    )
    file = forms.FileField(
        label="Drop a file here, or choose one",
        help_text="CSV or Excel, with an email or a phone number in each row. Columns are found by themselves.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": KINDS}),
    )
    pasted = forms.CharField(
        label="Or paste guests",
        help_text="Anything that contains emails and phone numbers.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off", "maxlength": 2_000_000}),
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
        if what := NO_TABLES.get((file.name or "").rpartition(".")[2].lower()):
            raise forms.ValidationError(f"This is {what}. Save your list as CSV or Excel (.xlsx) and bring that file.")
        if size > most:
            raise forms.ValidationError(
                f"This file has {filesizeformat(size)}; a list can have {filesizeformat(most)}. "
                "Split it into several lists."
            )
        return file

    def clean(self) -> dict[str, Any]:
        file, pasted = self.cleaned_data.get("file"), self.cleaned_data.get("pasted")
        if file and pasted:
            self.add_error("pasted", "Bring a file or pasted guests, not both: empty one of them.")
        if not file and not pasted and "file" not in self.errors:
            self.add_error("file", "There is nothing to read yet. Choose a file or paste your guests.")
        return self.cleaned_data

    def content(self) -> File[bytes] | str:
        """What create_list takes: the file, or the pasted text."""
        return self.cleaned_data["file"] or str(self.cleaned_data["pasted"])


class LaunchForm(forms.Form):
    """The confirmation of a review; above 1,000 guests the count has to be typed."""

    confirm_token = forms.UUIDField(widget=forms.HiddenInput)
    count = forms.CharField(required=False, max_length=20)

    def __init__(self, guest_list: GuestList, data: Any = None) -> None:
        super().__init__(data, initial={"confirm_token": guest_list.confirm_token})
        self.guests = guest_list.waiting_count
        if self.guests <= TYPE_THE_COUNT_ABOVE:
            del self.fields["count"]
            return
        field = self.fields["count"]
        field.label = f"Type {self.guests:,} to confirm"
        field.required = True
        field.error_messages["required"] = f"Type the number of guests, {self.guests:,}, to confirm."
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "class": "short"}

    def clean_count(self) -> int:
        digits = re.sub(r"[\s,.’']", "", self.cleaned_data["count"])
        if digits != str(self.guests):
            raise forms.ValidationError(f"That isn’t the number of guests. Type {self.guests:,} to confirm.")
        return self.guests


class SendBackForm(forms.Form):
    """Why an approver doesn't approve: what the person who asked reads."""

    reason = forms.CharField(
        label="What has to change first?",
        help_text="The person who asked reads this. Please name no guests.",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what has to change, so that it can be asked again."},
    )
