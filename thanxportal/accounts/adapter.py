"""Tells allauth how accounts work here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """A merchant or partner staff invite people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
