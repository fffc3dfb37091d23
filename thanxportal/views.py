"""The health check of the web process."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers if the web process serves requests."""
    return HttpResponse("ok", content_type="text/plain")
