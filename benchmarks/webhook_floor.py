"""The portal's addresses and one more: the least that a Django view can do with a webhook and still keep it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from issuance.models import WebhookDelivery
from thanxportal.urls import urlpatterns as portal_urls


@login_not_required
@csrf_exempt
def insert_only(request: HttpRequest) -> HttpResponse:
    """Reads the body and inserts a row; checks nothing, understands nothing."""
    WebhookDelivery.objects.create(sha256=request.headers["X-Number"], note=f"{len(request.body)} bytes")
    return HttpResponse("ok")


urlpatterns = [path("floor", insert_only), *portal_urls]
