"""Forms for profile, team, settings and joining, with the sentences for what is wrong."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from thanxportal.accounts.merchant_settings import SETTINGS
from thanxportal.accounts.models import (
    ActivityQuerySet,
    Kind,
    Membership,
    Merchant,
    NotificationChoice,
    Right,
    Role,
    Subject,
    User,
)
from thanxportal.accounts.places import country_choices, zone_choices
from thanxportal.finding import FindForm, choice, words
from thanxportal.moments import Day, end_of, start_of

ROLES = [
    (Role.VIEWER, "looks at everything; guests’ emails and phones are masked"),
    (Role.BUILDER, "also builds campaigns, brings guest lists and repairs them"),
    (Role.SENDER, "also publishes campaigns and issues rewards"),
    (Role.APPROVER, "also approves large lists of others"),
    (Role.MANAGER, "also manages team and settings, and sees guests unmasked"),
]


ROLE_HINT = (
    "See below what each role may do. Adding an approver or a manager takes a second manager. So does adding a sender, "
    "if lists above a size need an approver."
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
        fields = SETTINGS

    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Every page shows and takes times in this zone. Its hours from UTC are those of today.",
    )
    country = forms.ChoiceField(
        label="Country of phone numbers without a country code",
        help_text="With the United States, (415) 555-0142 becomes +1 415 555 0142.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.GUESTS_FOLDER:
            del self.fields["launch_from_folders"]
        self.fields["time_zone"].choices = zone_choices(self.instance.time_zone)  # type: ignore[attr-defined]
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        for name, label, hint in (
            ("locale", "Dates and times", "How every page and email writes them."),
            (
                "preferred_identifier",
                "When a row has an email and a phone number",
                "The portal sends this one to Thanx. The other stays in your list.",
            ),
            ("repeat_days", "Skip guests rewarded within so many days",
             "Guests whom another campaign rewarded in this time are set aside before you issue. 0 turns this off."),
            ("approval_threshold", "Guests that one person may reward alone",
             "In one list or within 24 hours. Above it, someone else has to approve. Leave it empty if nobody has to. "
             "Raising it takes a second manager."),
            ("second_factor", "Ask for a second factor",
             "Who issues, approves, downloads guests in full or manages the team gives it once more "
             "every 15 minutes. Turning it off takes a second manager."),
            ("launch_from_folders", "Start lists from folders without a person",
             "If nothing speaks against it: no question, hardly an invalid row, no warning. Others wait for you, and "
             "large ones for an approver. Turning it on takes a second manager."),
        ):  # fmt: skip
            if field := self.fields.get(name):
                field.label, field.help_text = label, hint
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


class ActivityFilter(FindForm):
    """Which lines of the activity log somebody looks for."""

    q = words("Words", "Published, approval …")
    person = choice("Person", [])
    about = choice("About", [("", "Everything"), *[(subject.name, subject.label) for subject in Subject]])
    since = Day("From")
    until = Day("To")

    def __init__(self, request: HttpRequest, merchant: Merchant) -> None:
        super().__init__(request)
        team = Membership.objects.filter(merchant=merchant).select_related("user").order_by("user__name", "user__email")
        people = [(str(member.user_id), str(member.user)) for member in team]
        self.fields["person"].choices = [("", "Everybody"), *people]  # type: ignore[attr-defined]

    def of(self, lines: ActivityQuerySet) -> ActivityQuerySet:
        wanted = self.wanted
        if "q" in wanted:
            lines = lines.filter(sentence__icontains=wanted["q"])
        if "person" in wanted:
            lines = lines.filter(actor=wanted["person"])
        if "about" in wanted:
            lines = lines.about(Subject[wanted["about"]])
        if "since" in wanted:
            lines = lines.since(start_of(wanted["since"]))
        return lines.before(end_of(wanted["until"])) if "until" in wanted else lines


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
