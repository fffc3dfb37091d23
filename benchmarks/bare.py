"""The floor under pages: a Django view that answers two letters, with no middleware and no database, on the portal's
own web server: `gunicorn benchmarks.bare:application`."""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

PATH = "/bare"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path(PATH[1:], bare)]


def handler() -> WSGIHandler:
    """The handler of the bare view, whatever the portal's settings are."""
    asked = settings.MIDDLEWARE, settings.ROOT_URLCONF
    settings.MIDDLEWARE = []
    try:
        made = WSGIHandler()
    finally:
        settings.MIDDLEWARE = asked[0]
    return made


def __getattr__(name: str) -> WSGIHandler:
    if name != "application":
        raise AttributeError(name)
    django.setup()
    settings.ROOT_URLCONF = __name__
    made = handler()
    sys.modules[__name__].__dict__["application"] = made
    return made
