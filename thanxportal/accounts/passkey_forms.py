"""Forms that carry the answer of a passkey: whatever a browser sends, they say what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError

UNREADABLE = "Your device’s answer can’t be read. Try again, or take another way."
MOST = 20_000  # characters of an answer; one is about 2,000 long


@contextmanager
def _from_a_stranger() -> Iterator[None]:
    """The libraries below expect answers of devices. What others make up breaks them in many ways."""
    try:
        yield
    except ValidationError:
        raise
    except Exception:  # Among them KeyError, RecursionError and a signature that is wrong.
        raise ValidationError(UNREADABLE) from None


class PasskeyAnswer(forms.JSONField):
    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if len(value or "") > MOST:
            raise ValidationError(UNREADABLE)
        with _from_a_stranger():
            return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """An answer is good once: a form that comes back holds none."""
        return initial


def _name(*, required: bool) -> forms.CharField:
    hint = "To tell it from others, such as “Work laptop”."
    return forms.CharField(label="Name", max_length=60, help_text=hint, required=required)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = _name(required=False)  # The device has made the key by then: it gets a name of ours.
    credential = PasskeyAnswer()

    def clean(self) -> Any:
        with _from_a_stranger():
            return super().clean()


class NamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = _name(required=True)


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """At the entrance."""

    credential = PasskeyAnswer()

    def clean_credential(self) -> Authenticator:
        with _from_a_stranger():
            return super().clean_credential()


class ConfirmPasskeyForm(PasskeyForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """By who is in already."""
