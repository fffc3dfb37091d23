"""Signing out takes away what the browser keeps of the pages. The cookie stays that makes it a known one."""

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse


class SignOut(LogoutView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
