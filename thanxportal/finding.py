"""What narrows a page of rows down, as its address says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest


class FindForm(forms.Form):
    """Optional fields, sent by GET. What makes no sense narrows nothing; its field says why."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, auto_id="find-%s")

    @property
    def wanted(self) -> dict[str, Any]:
        """The valid values that somebody asked for."""
        self.is_valid()  # Fills `cleaned_data`, once.
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


def words(label: str, hint: str) -> forms.CharField:
    attrs = {"type": "search", "placeholder": hint, "autocomplete": "off"}
    return forms.CharField(label=label, required=False, max_length=100, widget=forms.TextInput(attrs=attrs))


def choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)
