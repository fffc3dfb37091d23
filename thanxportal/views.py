"""The health checks: whether the web process serves, and whether the portal can do its work."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from thanxportal.partner.models import Credential
from thanxportal.queues import unserved


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers if the web process serves requests."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Says whether pages can be served, with 503 if not, whether Thanx lets us issue, and for which work no
    worker is there; neither stops a page."""
    try:
        issuing, missing = Credential.current().refusal or "ok", unserved()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok", "issuing": issuing, "unserved_queues": missing})
