"""The style guide: every component in every state on one page. Only if DEBUG is on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from thanxportal.moments import Moment

LONG = "The Old Harbor Grill, Oyster Bar & Lighthouse Tavern at Fisherman’s Wharf 🦞 <b>№ 9</b>"
COLOURS = ("paper", "card", "sunk", "hover", "ink", "soft", "line", "edge", "track", "accent", "accent-deep")
TONES = ("ok", "warn", "bad", "info")
JOBS = (
    "completed", "completed", "failed", "needs_staff", "forgotten", "accepted", "sending", "ready", "revoked",
    "cancelled",
)  # fmt: skip
TERMS = (
    ("rows in file", "", 9530, ""),
    ("rewarded", "=", 6120, "ok"),
    ("control", "+", 935, ""),
    ("waiting", "+", 2237, ""),
    ("refused", "+", 55, "bad"),
    ("invalid", "+", 102, ""),
    ("duplicate", "+", 81, ""),
)


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="Your team and Thanx see it.", required=False)
    objective = forms.CharField(label="Objective", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    starts = Moment("Starts")
    share = forms.IntegerField(label="Share, %", max_value=100, widget=forms.NumberInput(attrs={"class": "short"}))
    closed = forms.CharField(label="Can’t be changed", disabled=True, required=False, initial="Harbor Grill")
    arm = forms.ChoiceField(label="Arm", choices=[("a", "Free Coffee"), ("0", "Control")], required=False)
    tell = forms.BooleanField(label="Tell me when it is finished", required=False)
    way = forms.ChoiceField(
        label="How are they undone?",
        choices=[("all", "All at once"), ("location", "Location by location")],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label="Drop the file here", help_text="CSV, Excel or plain text.", required=False)


RUNNING = {"list": {"pk": 1, "name": "June guests", "status": {"label": "Issuing"}}, "done": 6120, "total": 8412}
SAMPLES: dict[str, Any] = {
    "merchant": {"name": "Harbor Grill", "handle": "harbor-grill", "time_zone": "America/Los_Angeles"},
    "environments": ("simulation", "sandbox", "live", "other"),
    "running_lists": [RUNNING],
    "tokens": [*COLOURS, *TONES, *(f"{tone}-soft" for tone in TONES), *(f"arm-{arm}" for arm in "abcd0")],
    "tones": ("", *TONES),
    "long": LONG,
    "terms": [
        {"label": label, "operator": sign, "value": value, "tone": tone, "url": "#ledger"}
        for label, sign, value, tone in TERMS
    ],
    "arms": [
        {"label": "Free Coffee", "color": "a", "percent": 45, "start": 0, "count": 4206},
        {"label": LONG, "color": "b", "percent": 35, "start": 45, "count": 3271},
        {"label": "$5 off", "color": "c", "percent": 10, "start": 80, "count": 935},
        {"label": "Control", "color": "0", "percent": 10, "start": 90, "count": 1},
    ],
    "jobs": JOBS,
    "many_jobs": ["completed" if number < 61 else "ready" for number in range(101)],
    "tabs": [
        {"label": "Ready", "count": 9347, "url": "#tabs"},
        {"label": "Needs you", "count": 37, "url": "#tabs", "current": True},
        {"label": "Duplicate", "count": 81, "url": "#tabs"},
    ],
    "rewards": [
        {"name": "Free Coffee", "detail": "Free item, in store", "fine_print": "One per guest. No cash value."},
        {"name": LONG, "url": "#rewards"},
        {"name": "Free Dessert", "withdrawn_at": True},
    ],
    "facts": [
        {"label": "Discount", "value": "$5"},
        {"label": "Refused", "value": "55 guests", "tone": "bad"},
        {"label": "Name", "value": LONG},
    ],
}


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    form, wrong = Sample(auto_id="right_%s"), Sample({"share": "x", "starts": "32 May"}, auto_id="wrong_%s")
    context = SAMPLES | {"form": form, "wrong": wrong, "events": _events()}
    return TemplateResponse(request, "styleguide.html", context)


def _events() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"sentence": "Finished: 8,357 rewarded, 55 refused.", "at": now, "tone": "ok"},
        {"sentence": "Stopped by the safety check.", "at": now - timedelta(minutes=4), "tone": "warn"},
        {"sentence": "Thanx refused a job.", "at": now - timedelta(minutes=5), "tone": "bad"},
        {"sentence": "Issued 8,412 rewards.", "at": now - timedelta(minutes=9), "actor": "Ana", "tone": "info"},
        {"sentence": f"Drafted the campaign “{LONG}”.", "at": now - timedelta(days=2), "actor": "Ana"},
    ]
