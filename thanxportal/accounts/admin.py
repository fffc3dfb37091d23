"""Admin pages of people, merchants, memberships, invitations, notifications and the activity log."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from phonenumbers import SUPPORTED_REGIONS

from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Activity, Invitation, Membership, Merchant, Notification, User
from thanxportal.read_only_admin import ReadOnlyAdmin


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "merchant")


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """Lowercases it, as everywhere. Raises ValidationError if somebody has it already."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody already signs in with this email.")
        return email


@admin.register(User)
class UserAdmin(StockUserAdmin):  # type: ignore[type-arg]
    """People and what they may do. Only a superuser may give staff rights, or change another superuser or staff."""

    add_form = NewUserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "is_active")}),
        ("Partner staff", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        rights = () if user_of(request).is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        return ("last_login", "date_joined", *rights)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        beyond = obj is not None and (obj.is_staff or obj.is_superuser) and not user_of(request).is_superuser
        return not beyond and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The log names people for good. To lock somebody out, clear "active"."""
        return False

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()


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


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    """Merchants come from Thanx. Staff set how to read their times and phone numbers, and their team."""

    form = MerchantForm
    list_display = ("name", "handle", "country", "time_zone", "seen_at", "withdrawn_at")
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter), "country")
    search_fields = ("name", "handle", "thanx_id__exact")
    fields = (
        "name", "handle", "thanx_id", "time_zone", "country", "preferred_identifier", "repeat_days",
        "approval_threshold", "seen_at", "withdrawn_at",
    )  # fmt: skip
    readonly_fields = ("name", "handle", "thanx_id", "seen_at", "withdrawn_at")
    inlines = (MembershipInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return user_of(request).has_perm("accounts.change_merchant")


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "merchant", "role")
    list_filter = ("role", ("merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user", "merchant")
    search_fields = ("user__email", "user__name", "merchant__name", "merchant__handle")
    autocomplete_fields = ("user", "merchant")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Managers invite people. Staff see whether the email was sent and the invitation accepted."""

    list_display = ("email", "merchant", "role", "invited_by", "mail_sent_at", "accepted_at", "withdrawn_at")
    list_filter = (("merchant", admin.RelatedOnlyFieldListFilter), ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("merchant", "invited_by")
    search_fields = ("email", "merchant__handle__exact")
    ordering = ("-id",)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What people were told. An email that is still due after several attempts points to the mail server."""

    list_display = ("at", "person", "merchant", "kind", "sentence", "mail_attempts", "mail_sent_at", "read_at")
    list_filter = ("kind", ("mail_sent_at", admin.EmptyFieldListFilter))
    list_select_related = ("merchant", "person")
    search_fields = ("person__email", "merchant__handle__exact", "key__exact")
    ordering = ("-id",)


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ("at", "merchant", "actor", "sentence", "target")
    list_filter = (("merchant", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("merchant", "actor")
    search_fields = ("target__exact", "merchant__handle__exact", "actor__email")
    search_help_text = "Such as list:12 or campaign:7, a merchant’s handle, or the email of who did it"
    ordering = ("-id",)
