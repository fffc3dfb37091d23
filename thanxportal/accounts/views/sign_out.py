"""Signing out takes away what the browser keeps of the pages, and a form that waits for its page. The cookie stays that
makes it a known one."""

from allauth.account.views import LogoutView
from django.http import HttpRequest, HttpResponse

from thanxportal.accounts.typed import TYPED


class SignOut(LogoutView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        response.delete_cookie(TYPED, samesite="Lax")
        return response
