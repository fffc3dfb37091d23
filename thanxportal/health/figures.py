"""Figures for Prometheus, counted in the database when they are asked for: few queries by index, never over guests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from issuance.models import GuestList, IssuanceJob, SendingPause, WebhookDelivery
from issuance.models.states import JOB_DUE, LIST_RUNNING, ListState
from issuance.worker.due_work import next_due
from thanxportal.accounts.models import Invitation, Notification, User
from thanxportal.health import readiness
from thanxportal.outgoing.models import Endpoint, Happening, Message
from thanxportal.partner import slots
from thanxportal.partner.gate import Urgency
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.queues import QUEUES, SENDING

__all__ = ["CONTENT_TYPE", "all_figures"]
LATELY = timedelta(seconds=slots.LONG.seconds)


def all_figures() -> bytes:
    registry = CollectorRegistry()
    registry.register(Figures())
    return generate_latest(registry)


class Figures(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        checks = readiness.found()
        fine = {(name,): code == "ok" for name, code in checks.items()}
        yield _gauge("check_ok", "1 if the check of /readyz is ok.", fine, "check")
        if all(checks.get(name) == "ok" for name in readiness.STOPS_PAGES):
            ring = slots.look(Credential.current().pk)
            yield from _requests(ring)
            yield from _work(ring)
            yield from _others()


def _requests(ring: slots.Ring) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    counts = ApiRequest.objects.filter(at__gt=timezone.now() - LATELY).by_kind()
    lately = {(kind, str(status or "none")): count for kind, status, count in counts}
    yield _gauge("thanx_requests", "Requests to Thanx in the last 15 minutes.", lately, "kind", "status")
    left = slots.usable() - ring.used(slots.LONG)
    yield GaugeMetricFamily("portal_thanx_requests_left", "Requests to Thanx that may still pass in 15 minutes.", left)
    yield CounterMetricFamily("portal_thanx_requests_sent", "Requests to Thanx let through so far.", ring.slots_taken)


def _work(ring: slots.Ring) -> Iterator[GaugeMetricFamily]:
    jobs = IssuanceJob.objects.filter(state__in=JOB_DUE)
    states = jobs.order_by().values_list("state").annotate(Count("pk"))
    yield _gauge("jobs", "Jobs that aren't settled.", {(state,): count for state, count in states}, "state")
    parked = {("jobs",): jobs.parked().count(), ("lists",): GuestList.objects.parked().count()}
    yield _gauge("parked", "What waits for staff as its workers crashed.", parked, "what")
    yield from _lists()
    now = timezone.now()
    late = {(queue,): max((now - (next_due(kinds=(queue,)) or now)).total_seconds(), 0.0) for queue in QUEUES}
    if late[(SENDING,)] and _waits_for_thanx(ring):
        late[(SENDING,)] = 0.0
    yield _gauge("oldest_due_seconds", "For how long the oldest due work has waited.", late, "queue")


def _waits_for_thanx(ring: slots.Ring) -> bool:
    """Whether Thanx's limit or refusal holds work back, which more workers wouldn't change."""
    share, slack = Urgency.POLL.value
    return ring.refused or ring.free_in(share=share, slack=slack) > 0


def _lists() -> Iterator[GaugeMetricFamily]:
    lists = GuestList.objects.filter(state__in=LIST_RUNNING).order_by().values_list("state")
    counted = [*lists.annotate(Count("pk"), Sum("rows_count"))]
    yield _gauge("lists", "Lists that run.", {(state,): count for state, count, _ in counted}, "state")
    rows = sum(rows for state, _, rows in counted if state == ListState.READING)
    yield GaugeMetricFamily("portal_rows_being_read", "Rows so far of lists that are being read.", rows)


def _others() -> Iterator[GaugeMetricFamily]:
    waiting = WebhookDelivery.objects.filter(due_at__isnull=False).order_by().values_list("state")
    webhooks = {(state,): count for state, count in waiting.annotate(Count("pk"))}
    yield _gauge("webhooks_waiting", "Webhooks that have not had their effect.", webhooks, "state")
    yield from _messages()
    since = timezone.now() - LATELY
    ends = WebhookDelivery.objects.ends_since(since).count()
    yield GaugeMetricFamily("portal_webhooks_of_ends", "Ends of jobs told by webhook in the last 15 minutes.", ends)
    paused = SendingPause.objects.filter(in_force=True).exists()
    yield GaugeMetricFamily("portal_sending_paused", "1 while nothing new is sent.", float(paused))
    people = User.objects.filter(last_login__gt=since).count()
    yield GaugeMetricFamily("portal_sign_ins", "People who signed in in the last 15 minutes.", people)
    emails = Invitation.objects.mail_failing().count() + Notification.objects.mail_failing().count()
    yield GaugeMetricFamily("portal_mail_failing", "Emails that were tried in vain twice or more, or given up.", emails)


def _messages() -> Iterator[GaugeMetricFamily]:
    first = Happening.objects.order_by("pk").values_list("at", flat=True).first()
    late = (timezone.now() - first).total_seconds() if first else 0.0
    yield GaugeMetricFamily("portal_untold_seconds", "For how long merchants' systems wait to be told.", late)
    waiting = Message.objects.undelivered().filter(endpoint__in=Endpoint.objects.on()).count()
    yield GaugeMetricFamily(
        "portal_messages_waiting", "Messages to merchants' systems that weren't delivered.", waiting
    )


def _gauge(name: str, what: str, values: dict[Any, Any], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"portal_{name}", what, labels=labels)
    for names, value in values.items():
        family.add_metric(names, float(value))
    return family
