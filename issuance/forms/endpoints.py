"""An address of a merchant's system, and what it is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from thanxportal.outgoing.addresses import MOST, problem_of
from thanxportal.outgoing.models import Endpoint, MessageType


class EndpointForm(forms.Form):
    address = forms.CharField(
        label="Address of your system",
        max_length=MOST,
        help_text="Such as https://example.com/portal. It has to answer within 10 seconds.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    types = forms.MultipleChoiceField(
        label="What it is told",
        choices=[(kind.value, f"{kind.label} ({kind.value})") for kind in MessageType],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, endpoint: Endpoint | None = None, address: str = "") -> None:
        """`address` is what was typed before."""
        new = {"address": address, "types": MessageType.values}
        super().__init__(data, initial={"address": endpoint.address, "types": endpoint.types} if endpoint else new)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if why := problem_of(address, ports=settings.ENDPOINT_PORTS, this_machine=settings.ENDPOINTS_HERE):
            raise ValidationError(why)
        return address
