"""Taking back what was sent by mistake: staff say what went wrong, see which jobs it concerns, and propose a plan that
somebody else confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.models import Variant
from issuance.admin.reason import reason_field
from issuance.models import GuestList, RevocationPlan, RevocationRequest
from issuance.staff.revocation_plans import (
    CantRevoke,
    Effect,
    confirm_plan,
    effect_of,
    effect_of_plan,
    progress_of,
    propose_plan,
    target_of,
    withdraw_plan,
)
from issuance.staff.revocation_scope import MOST_JOBS, Scope, find_jobs
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.accounts.limits import at_once
from thanxportal.accounts.models import Merchant
from thanxportal.celery import nudge
from thanxportal.counted import counted
from thanxportal.moments import Moment
from thanxportal.read_only_admin import ReadOnlyAdmin
from thanxportal.reviewed import FIELD, differences, sign

OF_LISTS, OF_MERCHANTS = ("list", "arm"), ("merchant", "since", "until")  # what the form asks about each
A_WEEK = timedelta(days=7)
NEW = "revocation-plan"  # what is decided on before there is a plan


class ScopeForm(forms.Form):
    """What went wrong, and where; sent by GET, as it names no guest. It asks only what the cause needs to know."""

    cause = forms.ChoiceField(label="What went wrong?", choices=RevocationPlan.CAUSES)
    list = forms.IntegerField(label="List", required=False, help_text="Its number, as in its address.")
    arm = forms.ModelChoiceField(Variant.objects.none(), label="Arm", required=False, empty_label="All arms")
    merchant = forms.ModelChoiceField(Merchant.objects.all(), required=False)
    since, until = Moment("Sent from"), Moment("Sent until")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        number = data.get("list", "")
        self.guest_list = self._list(int(number)) if _is_id(number) else None
        if isinstance(arm := self.fields["arm"], forms.ModelChoiceField) and self.guest_list:
            arm.queryset = Variant.objects.filter(campaign=self.guest_list.campaign_id, reward_template__isnull=False)
        twice = data.get("cause") == RevocationPlan.SENT_TWICE
        for name in OF_LISTS if twice else OF_MERCHANTS:
            self.fields[name].widget = self.fields[name].hidden_widget()

    def _list(self, pk: int) -> GuestList | None:
        lists = GuestList.objects.select_related("merchant", "campaign").defer("campaign__raw")
        return lists.filter(pk=pk).first()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("cause") == RevocationPlan.SENT_TWICE:
            data["merchant"] = data.get("merchant") or (self.guest_list and self.guest_list.merchant)
            if not data["merchant"]:
                self.add_error("merchant", "Choose the merchant whose guests got several rewards.")
        elif self.guest_list is None:
            self.add_error("list", "Enter the number of the list.")
        return data

    @property
    def scope(self) -> Scope:
        data = self.cleaned_data
        if data["cause"] == RevocationPlan.SENT_TWICE:
            since = data["since"] or timezone.now() - A_WEEK
            return Scope(data["cause"], data["merchant"], since=since, until=data["until"])
        assert self.guest_list  # noqa: S101 - by `clean`
        return Scope(data["cause"], self.guest_list.merchant, self.guest_list, data["arm"])


class PlanForm(forms.Form):
    reason = reason_field(
        label="What does the merchant read?",
        help_text="One sentence about what went wrong. The list’s page and the activity log show it, so don’t name a "
        "guest.",
        required="Write what the merchant reads.",
        max_length=250,
    )


@admin.register(RevocationPlan)
class RevocationPlanAdmin(ReadOnlyAdmin):
    """Plans to take rewards back: proposed by one person, confirmed by another."""

    list_display = ("__str__", "merchant", "note", "proposed_by", "proposed_at", "confirmed_by", "progress")
    list_filter = (
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
        "cause",
        ("merchant", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("merchant", "proposed_by", "confirmed_by")
    fields = (
        "merchant", "cause", "note", "since", "until", "request", "proposed_by", "proposed_at", "confirmed_by",
        "confirmed_at", "withdrawn_by", "withdrawn_at",
    )  # fmt: skip
    change_form_template = "admin/issuance/revocationplan/change.html"
    ordering = ("-id",)

    @admin.display
    def progress(self, plan: RevocationPlan) -> str:
        return progress_of(plan)

    def get_fields(self, request: HttpRequest, obj: RevocationPlan | None = None) -> Any:
        """Only what there is something to say about."""
        return [name for name in self.fields if obj is None or obj.pk is None or getattr(obj, name)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_revocationplan")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.confirm_revocationplan")

    def get_urls(self) -> list[URLPattern]:
        own = {"confirm": self.confirm, "withdraw": self.withdraw}
        acts = [
            path(
                f"<int:object_id>/{name}/", self.admin_site.admin_view(require_POST(act)), name=f"issuance_{name}_plan"
            )
            for name, act in own.items()
        ]
        return [*acts, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Asks what went wrong, shows which jobs that concerns, and stores the plan."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = _request_by(request.GET.get("request", ""))
        scope_form = ScopeForm(_asked(request, asked))
        if not request.GET or not scope_form.is_valid():
            return self._page(request, scope_form if request.GET else ScopeForm({"cause": RevocationPlan.WRONG_LIST}))
        return at_once(request, "searches", lambda: self._found(request, scope_form, asked))

    def _found(self, request: HttpRequest, form: ScopeForm, asked: RevocationRequest | None) -> HttpResponse:
        found, proposes = find_jobs(form.scope), "propose" in request.POST
        chosen = _jobs_in(request.GET) & {job.pk for job in found.jobs}
        ticked = _jobs_in(request.POST) if request.method == "POST" else chosen or found.proposed
        effect = effect_of(form.scope, [job for job in found.jobs if job.pk in ticked])
        written = {"reason": request.POST.get("reason") or (asked.reason if asked else "")}
        plan_form = PlanForm(request.POST) if proposes else PlanForm(initial=written)
        changed = differences(NEW, request.POST.get(FIELD, ""), effect.facts) if proposes else []
        fits = proposes and plan_form.is_valid() and not changed and len(found.jobs) <= MOST_JOBS
        if fits and (plan := self._propose(request, form.scope, effect, plan_form.cleaned_data["reason"], asked)):
            return redirect("admin:issuance_revocationplan_change", plan.pk)
        status = 409 if changed else 422 if proposes else 200
        context = {"found": found, "ticked": ticked, "effect": effect, "plan_form": plan_form, "changed": changed}
        return self._page(request, form, status=status, asked=asked, seen=sign(NEW, effect.facts), **context)

    def _propose(
        self, request: HttpRequest, scope: Scope, effect: Effect, note: str, asked: RevocationRequest | None
    ) -> RevocationPlan | None:
        try:
            jobs, actor = effect.impact.jobs, user_of(request)
            plan = propose_plan(scope=scope, jobs=jobs, note=note, actor=actor, request=asked)
        except CantRevoke as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return None
        self.message_user(request, "Proposed. Nothing is taken back until a colleague confirms it.")
        return plan

    def _page(self, request: HttpRequest, form: ScopeForm, *, status: int = 200, **facts: Any) -> HttpResponse:
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Take rewards back",
            "opts": self.opts,
            "form": form,
            "most_jobs": MOST_JOBS,
            **facts,
        }
        template = "admin/issuance/revocationplan/add.html"
        return TemplateResponse(request, template, context, status=422 if form.errors and request.GET else status)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        plan = context["original"]
        effect = effect_of_plan(plan) if plan.waits else None
        context |= {
            "progress": progress_of(plan),
            "effect": effect,
            "seen": sign(target_of(plan), effect.facts) if effect else "",
            "jobs": plan.jobs.defer("body").select_related("variant", "guest_list").order_by("guest_list", "number"),
            "mine": plan.proposed_by_id == request.user.pk,
            "may_confirm": self.has_confirm_permission(request),
            "may_withdraw": self.has_add_permission(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def confirm(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks Thanx for each job, if what would be undone is still what was looked at."""
        plan = self._plan(request, object_id, may=self.has_confirm_permission(request))
        try:
            asked = confirm_plan(plan=plan, actor=user_of(request), seen=request.POST.get(FIELD, ""))
        except CantRevoke as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            for job in asked:
                nudge(work_job, job.pk)
            some = counted(len(asked), "job")
            self.message_user(request, f"Asked Thanx to revoke {some}. Reload to see it happen.", messages.SUCCESS)
        return redirect("admin:issuance_revocationplan_change", plan.pk)

    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        plan = self._plan(request, object_id, may=self.has_add_permission(request))
        try:
            withdraw_plan(plan=plan, actor=user_of(request))
        except CantRevoke as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            self.message_user(request, "The plan is withdrawn. Nothing was taken back.", messages.SUCCESS)
        return redirect("admin:issuance_revocationplan_change", plan.pk)

    def _plan(self, request: HttpRequest, pk: int, *, may: bool) -> RevocationPlan:
        if not may:
            raise PermissionDenied
        plans = RevocationPlan.objects.select_related("merchant", "request__guest_list__merchant", "request__variant")
        plan = plans.filter(pk=pk).first()
        if plan is None:
            raise Http404("No such plan.")
        return plan


def _jobs_in(data: QueryDict) -> set[int]:
    """The jobs that are ticked, or that the address names."""
    return {int(pk) for pk in data.getlist("job") if _is_id(pk)}


def _is_id(number: str) -> bool:
    """Whether a database can hold it."""
    return number.isascii() and number.isdecimal() and len(number) < 19


def _request_by(number: str) -> RevocationRequest | None:
    """The unanswered request that the address names."""
    if not _is_id(number):
        return None
    waiting = RevocationRequest.objects.filter(answered_at=None, pk=number)
    return waiting.select_related("guest_list__merchant", "variant").first()


def _asked(request: HttpRequest, asked: RevocationRequest | None) -> dict[str, Any]:
    """What the form begins with: the address, and what a manager asked for."""
    given = request.GET.dict()
    if asked is None:
        return {"cause": RevocationPlan.WRONG_LIST} | given
    mine = {"cause": RevocationPlan.OTHER, "list": str(asked.guest_list_id), "arm": str(asked.variant_id or "")}
    return mine | given
