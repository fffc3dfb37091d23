"""What a hook is told: for which campaign, which fields hold what, under which conditions, and how its sender signs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from campaigns.models import Campaign
from issuance.hooks.conditions import BY_NUMBER, OPERATORS, WITHOUT_VALUE, Condition, number_in
from issuance.hooks.documents import Unreadable, sample_event
from issuance.hooks.fields import LONGEST_POINTER, Field, is_nameless, label_and_place
from issuance.hooks.items import by_name
from issuance.hooks.rules import ROLES
from issuance.hooks.signatures import ENCODINGS, HMAC, KINDS, STANDARD, TIMED, is_standard_secret
from thanxportal.accounts.models import Merchant
from thanxportal.plain_text import nameless

MOST_CONDITIONS = 10
BLANK = 2  # more conditions that a form offers
NO_GUEST = "Choose the field that holds the guest’s email, the one that holds the phone, or both."
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class CampaignForm(forms.Form):
    """Offers those that take guests; campaigns of rewards on the fly are no person's to choose."""

    campaign = forms.ModelChoiceField(
        label="Which campaign rewards the guests", queryset=Campaign.objects.none(), empty_label=None
    )

    def __init__(self, merchant: Merchant, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        campaigns = Campaign.objects.for_merchant(merchant).taking_guests().filter(preset=None)
        self.fields["campaign"].queryset = campaigns.defer("raw")  # type: ignore[attr-defined]


class HookForm(CampaignForm):
    field_order = ("name", "campaign", "guests_per_day")

    name = forms.CharField(
        label="Which tool sends",
        max_length=60,
        help_text="The activity log says by whom guests were rewarded, such as Survey hook.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    guests_per_day = forms.IntegerField(
        label="Most guests a day", min_value=1, max_value=1_000_000, help_text="What comes beyond that waits for you."
    )

    def __init__(self, merchant: Merchant, data: Any = None) -> None:
        super().__init__(merchant, data, initial={"guests_per_day": 500})


class MappingForm(forms.Form):
    """By JSON Pointers, which needn't be those of the event that the page shows."""

    email, phone, reason, external_id = (
        forms.CharField(label=label, required=False, max_length=LONGEST_POINTER, strip=False)
        for label in ROLES.values()
    )

    def clean(self) -> dict[str, str]:
        mapping = {role: pointer for role, pointer in self.cleaned_data.items() if pointer}
        if any(pointer[0] != "/" or not is_nameless(pointer) for pointer in mapping.values()):
            raise ValidationError("Choose from the fields that the event has.")
        if not self.errors and not mapping.keys() & {"email", "phone"}:
            raise ValidationError(NO_GUEST)
        return mapping


class ConditionForm(forms.Form):
    field = forms.ChoiceField(label="Field", required=False)
    operator = forms.ChoiceField(label="Comparison", choices=[*OPERATORS.items()])
    value = forms.CharField(
        label="Value", required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, pointers: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", "No condition"), *((pointer, label_and_place(pointer)) for pointer in pointers)]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        if not asked.get("field") or not asked.get("operator"):
            return asked
        if asked["operator"] in WITHOUT_VALUE:
            return asked | {"value": ""}
        value = asked.get("value", "")
        if not value:
            self.add_error("value", "Say which value.")
        elif asked["operator"] in BY_NUMBER and number_in(value) is None:
            self.add_error("value", "Enter a number, such as 2 or 4.5.")
        elif nameless(value) != value:
            self.add_error("value", "Conditions are kept for good, so they can’t name a guest.")
        return asked


_Conditions = forms.formset_factory(ConditionForm, extra=BLANK, max_num=MOST_CONDITIONS, validate_max=True)


def conditions_form(conditions: Iterable[Condition], fields: Iterable[Field], data: Any = None) -> Any:
    """A formset over the fields of an event and those that the conditions name already."""
    conditions = [*conditions]
    pointers = [field.pointer for field in by_name(fields) if field.can_be_chosen]
    pointers += [condition.field for condition in conditions]
    if data is not None:
        pointers += [typed for name, typed in data.items() if name.endswith("-field") and _is_pointer(typed)]
    initial = [condition._asdict() for condition in conditions]
    return _Conditions(data, initial=initial, prefix="c", form_kwargs={"pointers": dict.fromkeys(pointers)})


def conditions_in(formset: Any) -> list[Condition]:
    """The conditions of a formset that is valid."""
    return [Condition(**form.cleaned_data) for form in formset if form.cleaned_data.get("field")]


def _is_pointer(text: str) -> bool:
    return text.startswith("/") and len(text) <= LONGEST_POINTER and is_nameless(text)


class SignatureForm(forms.Form):
    kind = forms.ChoiceField(
        label="How the sender signs",
        required=False,
        choices=[*KINDS.items()],
        help_text="With the time, the header looks like t=1780000000,v1=5257a8….",
    )
    header = forms.CharField(
        label="Header with the signature",
        required=False,
        max_length=60,
        help_text="Such as X-Signature. Only for HMAC-SHA256, without or with the time.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    encoding = forms.ChoiceField(
        label="How the signature is written",
        required=False,
        choices=[*ENCODINGS.items()],
        help_text="Only for HMAC-SHA256 without the time, as is what stands before.",
    )
    before = forms.CharField(
        label="What stands before it",
        required=False,
        max_length=20,
        help_text="Such as sha256=. Empty: nothing.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    secret = forms.CharField(
        label="Secret that you share with the sender",
        required=False,
        max_length=200,
        help_text="It isn’t shown again. Empty: the one that the hook has.",
        widget=forms.PasswordInput(attrs=PLAIN | {"autocomplete": "new-password"}),
    )

    def __init__(self, stored: dict[str, Any], data: Any = None) -> None:
        super().__init__(data, initial={name: value for name, value in stored.items() if name != "secret"})
        self.stored = stored

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        kind = asked.get("kind", "")
        secret = asked.get("secret") or (self.stored.get("secret", "") if kind == self.stored.get("kind") else "")
        if kind and not secret:
            self.add_error("secret", "Enter the secret that the sender gave you.")
        elif kind == STANDARD and not is_standard_secret(secret):
            self.add_error("secret", "This is no such secret. It begins with whsec_.")
        if kind in (HMAC, TIMED) and not _is_header(asked.get("header", "")):
            self.add_error("header", "Enter the name of the header, such as X-Signature.")
        return asked | {"secret": secret}

    @property
    def signature(self) -> dict[str, Any]:
        """As a hook keeps it: empty if nobody signs."""
        names = {
            HMAC: ("kind", "header", "encoding", "before", "secret"),
            TIMED: ("kind", "header", "secret"),
            STANDARD: ("kind", "secret"),
        }
        asked = self.cleaned_data | {"encoding": self.cleaned_data.get("encoding") or "hex"}
        return {name: asked[name] for name in names.get(asked["kind"], ())}


def _is_header(name: str) -> bool:
    return bool(name) and name.isascii() and name.replace("-", "").isalnum()


class SampleForm(forms.Form):
    use_required_attribute = False  # The form around it is saved without a sample.

    sample = forms.CharField(
        label="What the tool would send",
        max_length=64 * 1024,
        help_text="JSON or a form, such as from the tool’s own page for testing. It isn’t kept.",
        widget=forms.Textarea(attrs={"rows": 6} | PLAIN),
    )

    def clean_sample(self) -> list[Field]:
        try:
            return sample_event(self.cleaned_data["sample"])
        except Unreadable as trouble:
            raise ValidationError(trouble.why) from None
