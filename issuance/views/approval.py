"""A large list before its approver: the facts of the review once more, and one answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issuance import tasks
from issuance.access import list_for, may
from issuance.forms.launching import LaunchForm, SendBackForm
from issuance.launching.approval import SENT_BACK, approve_list, approvers_of, send_back_list, withdraw_list
from issuance.launching.review import changed_since_sent_back, facts_of, figures_of, review_facts
from issuance.launching.threshold import threshold_of
from issuance.models import Event, GuestList, Repair
from issuance.models.states import ListState
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.celery import nudge
from thanxportal.reviewed import FIELD, differences, sign

ANSWERED = "This list was answered, withdrawn or stopped meanwhile: this is how it stands now."


@require_GET
@never_cache
def list_approval(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    if guest_list.status != ListState.AWAITING_APPROVAL:
        return redirect("issuance:list_detail", handle, pk)
    typed = typed_before(request, reverse("issuance:list_approve", args=[handle, pk]))
    reason = typed_before(request, reverse("issuance:list_send_back", args=[handle, pk]))
    review = review_facts(guest_list)
    changed = differences(guest_list.target, typed.get(FIELD, ""), facts_of(review)) if typed else []
    form, send_back = LaunchForm(guest_list, typed), SendBackForm(reason)
    return _page(request, review, form=form, send_back=send_back, changed=changed)


@keeps_typed
@require_POST
def list_approve(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Approves once; a double click or an answer that came too late starts nothing."""
    guest_list = _to_answer(request, handle, pk)
    if guest_list.status != ListState.AWAITING_APPROVAL:
        return _too_late(request, handle, pk)
    require_proof(request, guest_list.merchant, back=reverse("issuance:list_approval", args=[handle, pk]), keep=True)
    form, review = LaunchForm(guest_list, request.POST), review_facts(guest_list)
    if changed := differences(guest_list.target, request.POST.get(FIELD, ""), facts_of(review)):
        return _page(request, review, form=form, changed=changed, status=409)
    if not form.is_valid() or review["blocked"]:
        return _page(request, review, form=form, status=422)
    if not approve_list(guest_list=guest_list, token=guest_list.confirm_token, actor=user_of(request)):
        return _too_late(request, handle, pk)
    nudge(tasks.work_list, guest_list.pk)
    return redirect("issuance:list_detail", handle, pk)


@keeps_typed
@require_POST
def list_send_back(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = _to_answer(request, handle, pk)
    if guest_list.status != ListState.AWAITING_APPROVAL:
        return _too_late(request, handle, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, review_facts(guest_list), send_back=form, status=422)
    facts, reason = figures_of(review_facts(guest_list)), form.cleaned_data["reason"]
    if not send_back_list(guest_list=guest_list, actor=user_of(request), reason=reason, facts=facts):
        return _too_late(request, handle, pk)
    messages.success(request, f"Sent “{guest_list.name}” back. Nothing was issued.")
    return redirect("issuance:list_detail", handle, pk)


@require_POST
def list_withdraw(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Whoever asked for approval takes the question back."""
    guest_list = list_for(request, handle, pk, Right.ISSUE)
    if guest_list.launched_by != user_of(request):
        raise PermissionDenied("Only the person who asked can take the question back.")
    if not withdraw_list(guest_list=guest_list, actor=user_of(request)):
        return _too_late(request, handle, pk)
    messages.success(request, "You took the question back. Nothing was issued.")
    return redirect("issuance:list_detail", handle, pk)


def _to_answer(request: HttpRequest, handle: str, pk: int) -> GuestList:
    """A list that somebody else put before the approvers. Raises PermissionDenied for who asked."""
    guest_list = list_for(request, handle, pk, Right.APPROVE)
    if guest_list.launched_by == user_of(request):
        raise PermissionDenied("You asked for this approval yourself, so somebody else has to give it.")
    if not approvers_of(guest_list).filter(user=user_of(request)).exists():
        raise PermissionDenied("You became an approver after this list was brought, so somebody else has to answer.")
    return guest_list


def _too_late(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    messages.warning(request, ANSWERED)
    return redirect("issuance:list_detail", handle, pk)


def _page(
    request: HttpRequest,
    review: dict[str, Any],
    *,
    form: LaunchForm | None = None,
    send_back: SendBackForm | None = None,
    changed: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    guest_list: GuestList = review["list"]
    asked_by_me = guest_list.launched_by == user_of(request)
    approvers = [member.user for member in approvers_of(guest_list)]
    context = review | {
        "seen": sign(guest_list.target, facts_of(review)),
        "changed": changed,
        "last_round": _last_round(review) if guest_list.sent_back_reason else None,
        "threshold": threshold_of(guest_list),
        "form": form or LaunchForm(guest_list),
        "send_back": send_back or SendBackForm(),
        "asked_by_me": asked_by_me,
        "may_answer": user_of(request) in approvers,
        "may_build": may(request, Right.BUILD),
        "approvers": approvers,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "issuance/launching/approval.html", context, status=status)


def _last_round(review: dict[str, Any]) -> dict[str, Any]:
    """Who sent the list back, and what was done about it since."""
    guest_list: GuestList = review["list"]
    backs = Event.objects.filter(guest_list=guest_list, old_state=ListState.AWAITING_APPROVAL)
    back = backs.filter(note__startswith=SENT_BACK).select_related("actor").order_by("-pk").first()
    repairs = Repair.objects.of_list(guest_list).standing()
    return {
        "event": back,
        "changes": changed_since_sent_back(review),
        "repairs": list(repairs.filter(made_at__gt=back.at)) if back else [],
    }
