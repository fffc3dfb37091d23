"""Addresses of the API. None is for people who are signed in: programs show tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from issuance.api.docs import docs
from issuance.api.v1 import api
from thanxportal.body_limits import takes_body

MOST_BYTES = 8 * 1024 * 1024  # 10,000 guests with 800 bytes each; who says more of them sends fewer at once


def _urls() -> tuple[list[Any], str, str]:
    patterns, app, namespace = api.urls
    for pattern in patterns:
        view: Any = pattern.callback
        view.login_required = False
        takes_body(lambda: MOST_BYTES)(view)
    return [path("docs", login_not_required(docs), name="docs"), *patterns], app, namespace


urls = _urls()
