from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class EntranceAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by a merchant or by staff; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
