"""Forms for profile, team, settings and joining, with the sentences for what is wrong."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

from thanxportal.accounts.models import Kind, Membership, Merchant, NotificationChoice, Right, Role, User

ROLES = [
    (Role.VIEWER, "looks at everything; guests’ emails and phones are masked"),
    (Role.BUILDER, "also builds campaigns, brings guest lists and repairs them"),
    (Role.SENDER, "also publishes campaigns and issues rewards"),
    (Role.APPROVER, "also approves large lists of others"),
    (Role.MANAGER, "also manages team and settings, and sees guests unmasked"),
]


ROLE_HINT = (
    "What each role may do stands below. Approvers and managers take the word of a second manager; so do senders, if "
    "lists above a size need an approver."
)


class InviteForm(forms.Form):
    """Whom to invite, and in which role."""

    email = forms.EmailField(label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label="Role", choices=Role.choices, help_text=ROLE_HINT)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=Role.choices)


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How to read a merchant's guests and times, and from which size a list needs an approver."""

    class Meta:
        model = Merchant
        fields = ("time_zone", "country", "preferred_identifier", "repeat_days", "approval_threshold", "second_factor")

    time_zone = forms.ChoiceField(label="Time zone", help_text="In which every time on every page is shown and typed.")
    country = forms.ChoiceField(
        label="Country of phone numbers without one", help_text="With (415) 555-0142, US makes +1 415 555 0142."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = _zones()  # type: ignore[attr-defined]
        self.fields["country"].choices = _countries()  # type: ignore[attr-defined]
        for name, label, hint in (
            (
                "preferred_identifier",
                "When a row has an email and a phone number",
                "The portal sends this one to Thanx. The other stays in your list.",
            ),
            ("repeat_days", "Days in which a guest was rewarded “lately”",
             "Guests whom another campaign rewarded in these days are set aside before you issue. 0: nobody is."),
            ("approval_threshold", "Guests that one person may reward alone",
             "By one list or within 24 hours. Above it, somebody else has to approve. Empty: nobody has to. "
             "Raising it takes a second manager."),
            ("second_factor", "Ask for a second factor",
             "Who issues, approves, downloads guests in full or manages the team gives it once more "
             "every 15 minutes. Turning it off takes a second manager."),
        ):  # fmt: skip
            self.fields[name].label, self.fields[name].help_text = label, hint
        self.fields["repeat_days"].widget.attrs |= {"class": "short", "max": 365}
        self.fields["approval_threshold"].widget.attrs |= {"class": "short"}

    def clean_repeat_days(self) -> int:
        days = int(self.cleaned_data["repeat_days"])
        if days > 365:
            raise ValidationError("A year, 365 days, is the most.")
        return days

    def clean_approval_threshold(self) -> int | None:
        threshold: int | None = self.cleaned_data["approval_threshold"]
        senders = Membership.objects.of_merchant(self.instance).who_may(Right.ISSUE)
        if threshold is not None and senders.count() < 2:
            raise ValidationError("Nobody could approve your lists. Invite a second person as approver first.")
        return threshold


def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Returns all zones by continent, named by their cities."""
    pairs = sorted(zone.split("/", 1) for zone in available_timezones() if "/" in zone and _is_a_place(zone))
    groups = groupby(pairs, key=lambda pair: pair[0])
    named = [(area, [(f"{area}/{city}", city.replace("_", " ")) for _, city in cities]) for area, cities in groups]
    return [("World", [("UTC", "UTC")]), *named]


def _is_a_place(zone: str) -> bool:
    return zone.split("/")[0] not in ("Etc", "SystemV", "posix", "right")


def _countries() -> list[tuple[str, str]]:
    return [(code, f"{code} (+{country_code_for_region(code)})") for code in sorted(SUPPORTED_REGIONS)]


class ProfileForm(forms.Form):
    """A person's name, and which notifications to get where."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="Your colleagues see it beside what you did.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "medium"}),
    )
    in_app = forms.MultipleChoiceField(choices=Kind.choices, required=False)
    email = forms.MultipleChoiceField(choices=Kind.choices, required=False)

    def __init__(self, person: User, choices: list[NotificationChoice], data: Any = None) -> None:
        wanted = {
            "in_app": [choice.kind for choice in choices if choice.in_app],
            "email": [choice.kind for choice in choices if choice.email],
        }
        super().__init__(data, initial={"name": person.name} | wanted)


class JoinForm(forms.Form):
    """The new account of an invited person."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="A password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, data: Any = None) -> None:
        super().__init__(data)
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.email))
        return password


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """Who has forgotten the password: by the account's own address only. Who has none learns nothing."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email


class AddressForm(forms.Form):
    """The address that an account is to have instead of its own."""

    email = forms.EmailField(
        label="Your new email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
