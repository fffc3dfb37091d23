from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class MerchantTime:
    """Ends each request in UTC again: `merchant_for` turns the thread to the merchant's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        return response
