"""What is asked about how a list is cut into jobs, which are what can be undone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator

from issuance.launching.job_cutting import (
    MOST_SEGMENTS,
    SMALLEST_JOB,
    columns_of_locations,
    columns_to_cut_by,
    tells_guests_apart,
    values_in,
)
from issuance.models import GuestList

FIRST_JOB_SIZE = 1_000  # guests, proposed to those who want smaller jobs


class JobCuttingForm(forms.Form):
    """How a list is cut into jobs, which is how it can be undone."""

    MOST, COLUMN, SIZE = "most", "column", "size"

    use_required_attribute = False  # Only one of the two fields counts, and which one is chosen in the page.
    cut_by = forms.ChoiceField(widget=forms.RadioSelect)
    column = forms.ChoiceField(
        label="Which column", error_messages={"required": "Choose the column to split the list by."}
    )
    size = forms.IntegerField(
        label="Guests per job",
        error_messages={"required": "Say how many guests a job may have."},
        min_value=SMALLEST_JOB,
        widget=forms.NumberInput(attrs={"class": "short", "step": 1, "inputmode": "numeric"}),
    )

    def __init__(self, guest_list: GuestList, data: Any = None) -> None:
        size, column, columns = guest_list.guests_per_job, guest_list.job_column, columns_to_cut_by(guest_list)
        cut_by = self.COLUMN if column else self.SIZE if size else self.MOST
        super().__init__(data, initial={"cut_by": cut_by, "column": column, "size": size or FIRST_JOB_SIZE})
        self.list = guest_list
        choices = [
            (self.MOST, f"Jobs as large as Thanx takes them (up to {settings.JOB_SIZE:,} guests)"),
            (self.SIZE, "Smaller jobs, all alike"),
        ]
        by_column = (self.COLUMN, "Jobs by a column, such as the location")
        self.fields["cut_by"].choices = [choices[0], *([by_column] if columns else []), choices[1]]  # type: ignore[attr-defined]
        self.located = located = columns_of_locations(guest_list)
        labels = {name: f"{name} (your locations)" if name in located else name for name in columns}
        self.fields["column"].choices = list(labels.items())  # type: ignore[attr-defined]
        if located:
            self.initial["column"] = column or located[0]
            self.fields["column"].help_text = "Jobs of a location carry its name."
        most = settings.JOB_SIZE
        self.fields["size"].help_text = f"From {SMALLEST_JOB:,} to {most:,}."
        self.fields["size"].validators.append(MaxValueValidator(most, f"A job holds {most:,} guests at most."))
        self.fields["size"].error_messages["min_value"] = (
            f"Smaller jobs than {SMALLEST_JOB:,} guests would spend Thanx’s request limit on undo alone."
        )

    def clean(self) -> dict[str, Any]:
        """A field counts only for the choice that it belongs to."""
        cut_by = self.cleaned_data.get("cut_by")
        for name in {self.COLUMN, self.SIZE} - {cut_by}:
            self.errors.pop(name, None)
        column = self.cleaned_data.get("column", "")
        if cut_by == self.COLUMN and column and values_in(self.list, column) > MOST_SEGMENTS:
            self.add_error(
                "column", f"“{column}” has more than {MOST_SEGMENTS} different values. Choose one with fewer."
            )
        elif cut_by == self.COLUMN and column not in ("", *self.located) and tells_guests_apart(self.list, column):
            self.add_error(
                "column",
                f"Most values of “{column}” are those of a single guest, and everybody reads what a job is called. "
                "Choose a column whose values several guests share.",
            )
        return self.cleaned_data

    @property
    def choice(self) -> dict[str, Any]:
        """What `choose_job_cutting` takes."""
        cut_by = self.cleaned_data["cut_by"]
        return {
            "size": self.cleaned_data["size"] if cut_by == self.SIZE else 0,
            "column": self.cleaned_data["column"] if cut_by == self.COLUMN else "",
        }
