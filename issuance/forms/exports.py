"""An export of Thanx that somebody brings by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat


class ExportForm(forms.Form):
    """One file at a time; which export it is, its columns say."""

    file = forms.FileField(
        label="Drop an export here, or choose one",
        help_text="memberships.csv, purchases.csv, or rewards.csv as Thanx wrote it, in any order.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose the export to load."},
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text += f" Up to {filesizeformat(settings.MAX_LIST_BYTES)}."
        self.fields["file"].widget.attrs["data-most"] = str(settings.MAX_LIST_BYTES)

    def clean_file(self) -> File[bytes]:
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > settings.MAX_LIST_BYTES:
            size, most = filesizeformat(file.size), filesizeformat(settings.MAX_LIST_BYTES)
            raise forms.ValidationError(
                f"This export has {size}; {most} can be brought here. Ask whoever runs the portal to load it."
            )
        return file
