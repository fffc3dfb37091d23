"""Confirming by a passkey: if it fails, the person stays on the page and may try again or take another way."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from thanxportal.accounts.passkey_forms import UNREADABLE


class ConfirmByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, UNREADABLE)
        return redirect(self.passthrough_next_url(self.request.path))
