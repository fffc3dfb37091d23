"""The addresses that load balancers and Prometheus ask. They answer under any Host (`AnyHost`)."""

import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from thanxportal.health.figures import CONTENT_TYPE, all_figures
from thanxportal.health.readiness import STOPS_PAGES, found


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers if the web process serves requests."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Names what stands in the way of pages, with 503 then, and what stands in the way of work alone."""
    checks = found()
    ready = all(checks[name] == "ok" for name in STOPS_PAGES if name in checks)
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to who knows the token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(all_figures(), content_type=CONTENT_TYPE)
