"""Admin pages of people, merchants, memberships, invitations and what loosens a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from phonenumbers import SUPPORTED_REGIONS

from thanxportal.accounts.access import user_of
from thanxportal.accounts.admin.logs import FailingMailFilter
from thanxportal.accounts.looking import RIGHT, begin_look
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import Invitation, Loosening, Membership, Merchant, Role, User
from thanxportal.accounts.partner_tokens import end_partner_tokens_of
from thanxportal.accounts.team import TeamRefusal, change_role, invite, let_sign_in, remove_member, withdraw_invitation
from thanxportal.read_only_admin import ReadOnlyAdmin, ReadOnlyInline, SomeFilter, StaffAdmin


class TeamAdmin(StaffAdmin):
    """A page whose acts are those of the team page: the merchant's log has them, and its managers are told."""

    actions: Any = None  # Django's own deletes rows past the team.

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._unless_refused(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._unless_refused(request, super().delete_view, *args, **kwargs)

    def _unless_refused(
        self, request: HttpRequest, view: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Both views are transactions of their own, so that a refusal leaves nothing behind."""
        try:
            answer: HttpResponse = view(request, *args, **kwargs)
        except TeamRefusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.path)
        return answer


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ("user", "merchant", "role")
    show_change_link = True


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def clean_email(self) -> str:
        """Lowercases it, as everywhere. Raises ValidationError if somebody has it already."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody already signs in with this email.")
        return email

    def clean_is_staff(self) -> bool:
        staff = bool(self.cleaned_data["is_staff"])
        if staff and not self.instance.is_staff and self.instance.memberships.exists():
            raise forms.ValidationError("Partner staff have no role at a merchant. Remove this person’s roles first.")
        return staff


@admin.register(User)
class UserAdmin(TeamAdmin):
    """People and what they may do. Only a superuser may give staff rights, or change another superuser or staff.

    Nobody but the person sets the password or moves the account to another email: who could, could sign in as them.
    """

    form = UserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        ("Partner staff", {"fields": ("is_staff", "is_superuser", "groups")}),
        ("Single permissions, beyond the groups", {"classes": ("collapse",), "fields": ("user_permissions",)}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name"), "description": "They choose a password by “Forgot password”."}),
    )
    inlines = (MembershipInline,)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        rights = () if user_of(request).is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        return ("last_login", "date_joined", *rights, *(("email",) if obj else ()))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        beyond = obj is not None and (obj.is_staff or obj.is_superuser) and not user_of(request).is_superuser
        return not beyond and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The log names people for good. To lock somebody out, clear "active"."""
        return False

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            let_sign_in(user=obj, active=obj.is_active, actor=user_of(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups are stored by then, by which the person may make tokens or not."""
        super().save_related(request, form, formsets, change)
        end_partner_tokens_of(form.instance, user_of(request))


class MerchantForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"])
        if zone not in available_timezones():
            raise forms.ValidationError("No such time zone. Write one like America/Los_Angeles.")
        return zone

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country not in SUPPORTED_REGIONS:
            raise forms.ValidationError("No such country. Write its two letters, such as US.")
        return country


class UnfinishedFilter(SomeFilter):
    title, parameter_name, words = "left to do", "unfinished", "Something is left to do"

    def some(self, rows: Any) -> Any:
        return rows.unfinished()


@admin.register(Merchant)
class MerchantAdmin(TeamAdmin):
    """Merchants come from Thanx. Staff set how to read their times and phone numbers; who approves is theirs to say."""

    form = MerchantForm
    list_display = ("name", "handle", "country", "time_zone", "seen_at", "withdrawn_at", "left_to_do")
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter), UnfinishedFilter, "country")
    search_fields = ("name", "handle", "thanx_id__exact")
    fields = (
        "name", "handle", "thanx_id", "time_zone", "country", "preferred_identifier", "repeat_days",
        "approval_threshold", "second_factor", "launch_from_folders", "seen_at", "withdrawn_at", "left_to_do",
    )  # fmt: skip
    readonly_fields = (
        "name", "handle", "thanx_id", "approval_threshold", "second_factor", "launch_from_folders", "seen_at",
        "withdrawn_at", "left_to_do",
    )  # fmt: skip
    inlines = (MembershipInline,)
    change_form_template = "admin/accounts/merchant/change.html"

    def get_urls(self) -> list[URLPattern]:
        look = self.admin_site.admin_view(require_POST(self.look))
        return [path("<int:object_id>/look/", look, name="accounts_look"), *super().get_urls()]

    def look(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Opens a page of the merchant as its people see it, its start page if the form names none."""
        if not user_of(request).has_perm(RIGHT):
            raise PermissionDenied
        merchant = get_object_or_404(Merchant, pk=object_id)
        begin_look(request, merchant)
        page = request.POST.get("page", "")
        return redirect(page if page.startswith(f"/m/{merchant.handle}/") else f"/m/{merchant.handle}/")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Merchant, form: Any, change: bool) -> None:
        change_settings(merchant=obj, values=form.cleaned_data, actor=user_of(request))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_what_is_left()  # type: ignore[attr-defined]

    @admin.display(description="left to do", empty_value="nothing")
    def left_to_do(self, merchant: Merchant) -> str | None:
        return "; ".join(merchant.left_to_do) or None


@admin.register(Membership)
class MembershipAdmin(TeamAdmin):
    """Roles of people at merchants. People get one by an invitation."""

    list_display = ("user", "merchant", "role")
    list_filter = ("role", ("merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user", "merchant")
    search_fields = ("user__email", "user__name", "merchant__name", "merchant__handle")
    fields = ("user", "merchant", "role")
    readonly_fields = ("user", "merchant")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if form.changed_data:
            change_role(member=obj, role=Role(obj.role), actor=user_of(request))

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(member=obj, actor=user_of(request))


@admin.register(Invitation)
class InvitationAdmin(TeamAdmin):
    """Invitations of managers and of staff: whether the email was sent and the invitation accepted."""

    list_display = ("email", "merchant", "role", "invited_by", "mail_sent_at", "accepted_at", "withdrawn_at")
    list_filter = (
        FailingMailFilter,
        ("merchant", admin.RelatedOnlyFieldListFilter),
        ("accepted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("merchant", "invited_by")
    search_fields = ("email", "merchant__handle__exact")
    ordering = ("-id",)
    fields = (
        "merchant", "email", "role", "invited_by", "sent_at", "expires_at", "mail_due_at", "mail_attempts",
        "mail_sent_at", "accepted_at", "withdrawn_at",
    )  # fmt: skip
    actions = ("withdraw",)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fields if obj else ("merchant", "email", "role")

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("accounts.change_invitation")

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        actor = user_of(request)
        obj.pk = invite(merchant=obj.merchant, email=obj.email, role=Role(obj.role), actor=actor).pk

    @admin.action(description="Withdraw selected invitations", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        for invitation in queryset.select_related("merchant"):
            withdraw_invitation(invitation=invitation, actor=user_of(request))


@admin.register(Loosening)
class LooseningAdmin(ReadOnlyAdmin):
    """What managers asked for that lets fewer people agree to rewards. Managers answer it, staff are told."""

    list_display = ("asked_at", "merchant", "asked_by", "sentence", "due_at", "done_at", "withdrawn_at")
    list_filter = (("merchant", admin.RelatedOnlyFieldListFilter), ("done_at", admin.EmptyFieldListFilter))
    list_select_related = ("merchant", "asked_by")
    search_fields = ("merchant__handle__exact",)
    ordering = ("-id",)
    fields = (
        "merchant", "sentence", "asked_by", "asked_at", "due_at", "answered_by", "done_at", "withdrawn_at",
        "threshold_before",
    )  # fmt: skip
