"""Every model that the admin shows, the addresses of its pages, and a row of each."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from campaigns.models import CampaignAtThanx, Location, Reading
from issuance.hooks.making import make_hook
from issuance.models import (
    ClaimOverride,
    Erasure,
    EventBatch,
    FolderFile,
    GuestList,
    Rehearsal,
    Resolution,
    RevocationPlan,
    RevocationRequest,
    SendingPause,
    Stream,
    ThanxStatement,
    UnknownReason,
    WatchedFolder,
    WebhookDelivery,
)
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import Kind, Role, User, record_activity
from thanxportal.accounts.notifications import notify
from thanxportal.accounts.partner_tokens import make_partner_token
from thanxportal.accounts.team import invite
from thanxportal.accounts.tokens import make_token
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.partner.models import ApiRequest, Credential, MerchantRefusal

OURS = ("accounts", "partner", "campaigns", "issuance", "outgoing")
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]


def url(model: type, page: str, *arguments: object) -> str:
    meta = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=arguments)


def make_everything(finished: GuestList, ana: User) -> None:
    """At least one row of every model that the admin shows, beside a finished list with a job."""
    Location.objects.create(
        merchant=finished.merchant, thanx_id="location1", street="1 Main Street", seen_at=finished.created_at
    )
    Reading.objects.add_for([finished.merchant])
    CampaignAtThanx.objects.create(merchant=finished.merchant, thanx_id="camp_1", seen_at=finished.created_at)
    record_activity(merchant=finished.merchant, actor=ana, sentence="Did something.")
    invite(merchant=finished.merchant, email="dora@example.com", role=Role.VIEWER, actor=ana)
    change_settings(merchant=finished.merchant, values={"second_factor": False}, actor=ana)
    notify(merchant=finished.merchant, kind=Kind.FINISHED, key="list:1:end", sentence="Finished.", path="/")
    WebhookDelivery.objects.create(sha256="0" * 64, event="reward.issued", state="applied")
    Rehearsal.objects.create(environment="simulation", started_by=ana)
    UnknownReason.objects.create(job=finished.jobs.first(), words="Not today", guests_count=2)
    MerchantRefusal.objects.create(merchant_id=finished.merchant.thanx_id, next_at=finished.created_at)
    pause = SendingPause.objects.create(reason="We look into something.")
    ThanxStatement.objects.create(pause=pause, evidence="Mail", written_by=ana)
    Erasure.objects.create(merchant=finished.merchant, guest_hash="0" * 32, identifier="x@example.com", ordered_by=ana)
    ClaimOverride.objects.create(guest_list=finished, actor=ana, reason="They were unlucky.", guests_count=2)
    RevocationRequest.objects.create(guest_list=finished, reason="The wrong file.", asked_by=ana)
    plan = RevocationPlan.objects.create(merchant=finished.merchant, cause="other", note="A mistake.", proposed_by=ana)
    plan.jobs.set(finished.jobs.all())
    Resolution.objects.create(job=finished.jobs.first(), decision="never_executed", evidence="Mail", proposed_by=ana)
    endpoint, _ = add_endpoint(merchant=finished.merchant, actor=ana, address="https://hooks.example.com/x", types=[])
    endpoint.messages.create(type="test", body="{}").log.create(status=500, duration_ms=90)
    hook, _ = make_hook(campaign=finished.campaign, name="Survey hook", guests_per_day=500, actor=ana)
    hook.events.create(fields=[["/guest/email", "ann@example.com"]], body_key="0" * 64, note="The hook is off.")
    folder = WatchedFolder.objects.create(
        merchant=finished.merchant, campaign=finished.campaign, path="harbor-grill/campaign-1", made_by=ana
    )
    FolderFile.objects.create(folder=folder, name="june.csv", guest_list=finished)
    fields = {"scopes": ["read"], "guests_per_day": 500, "expires_at": timezone.now() + timedelta(days=90)}
    token, _ = make_token(merchant=finished.merchant, actor=ana, name="Survey tool", **fields)
    make_partner_token(actor=ana, name="Our CRM", **fields)
    stream = Stream.objects.create(
        merchant=finished.merchant, campaign=finished.campaign, token=token, day=timezone.localdate()
    )
    EventBatch.objects.create(merchant=finished.merchant, stream=stream, size=1, guests=[])
    Credential.current()
    ApiRequest.objects.create(method="GET", path="/partner/merchants", status=200, duration_ms=90)
