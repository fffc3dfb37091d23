"""How programs reach merchants, and what came of that: by names and sums, never by guests."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from issuance.events.gathering import gather_again
from issuance.events.telling import said_of
from issuance.forms.integrations import TokenForm
from issuance.models import EventBatch, FolderFile, Stream, WatchedFolder
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import ApiToken, Merchant, PartnerToken
from thanxportal.accounts.partner_tokens import end_partner_token, make_partner_token
from thanxportal.read_only_admin import LogAdmin, ReadOnlyAdmin, SomeFilter, link_to_rows


class OfMerchantAdmin(LogAdmin):
    """Rows of merchants, found by the handle."""

    of_merchant = "merchant"
    search_fields = ("merchant__handle",)
    search_help_text = "A merchant’s handle"
    deferred: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        related: Any = self.list_select_related
        return super().get_queryset(request).select_related(*related).defer(*self.deferred)

    def matching(self, rows: Any, words: str) -> Any:
        merchants = Merchant.objects.filter(handle=words).values_list("pk", flat=True)
        return rows.filter(**{f"{self.of_merchant}__in": [*merchants]})


@admin.register(ApiToken)
class ApiTokenAdmin(OfMerchantAdmin):
    """Tokens of programs. Managers make and end them; what they may be used for is told, their secrets are not."""

    list_display = ("name", "merchant", "state", "made_by", "used_at", "expires_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), ("partner_token", admin.EmptyFieldListFilter))
    list_select_related = ("merchant", "created_by", "ended_by", "partner_token")
    fields = (
        "name", "merchant", "state", "ending", "may", "networks", "guests_per_day", "dollars_per_day", "counted_until",
        "asked_count", "asked_cents", "created_by", "created_at", "used_at", "expires_at", "ended_by", "ended_at",
        "partner_token",
    )  # fmt: skip
    readonly_fields = ("state", "may")

    @admin.display(description="made by")
    def made_by(self, token: ApiToken) -> str:
        return str(token.created_by)

    @admin.display(description="it may")
    def may(self, token: ApiToken) -> str:
        return "; ".join(token.may)


class ExpiringFilter(SomeFilter):
    title, parameter_name, words = "expiring", "expiring", "Expires within a week, or just did"

    def some(self, rows: Any) -> Any:
        return rows.expiring()


@admin.register(PartnerToken)
class PartnerTokenAdmin(ReadOnlyAdmin):
    """Tokens of the partner's own programs, for all merchants. Adding one shows its secret, once."""

    list_display = ("name", "state", "created_by", "used_at", "expires_at", "ended_at")
    list_filter = (ExpiringFilter, ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("created_by",)
    ordering = ("-id",)
    fields = (
        "name", "state", "ending", "may", "networks", "guests_per_day", "dollars_per_day", "created_by", "created_at",
        "used_at", "expires_at", "ended_by", "ended_at", "merchants",
    )  # fmt: skip
    readonly_fields = ("state", "may", "merchants")
    actions: Any = ("end",)

    @admin.display(description="it may")
    def may(self, token: PartnerToken) -> str:
        return "; ".join(token.may)

    @admin.display(description="has asked for")
    def merchants(self, token: PartnerToken) -> str:
        parts = token.at_merchants.select_related("merchant").order_by("merchant__name")
        return ", ".join(str(part.merchant) for part in parts) or "Nobody so far"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("accounts.add_partnertoken")

    def has_end_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TokenForm(request.POST if request.method == "POST" else None)
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Make a token for all merchants", "opts": self.opts, "form": form,
        }  # fmt: skip
        if form.is_valid():
            if not form.comes_first("everywhere"):
                self.message_user(request, form.made_before, messages.WARNING)
                return redirect("admin:accounts_partnertoken_changelist")
            context["made"], context["secret"] = make_partner_token(actor=user_of(request), **form.fields_of_token)
            self.log_addition(request, context["made"], "Made.")
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/accounts/partnertoken/add.html", context, status=status)

    @admin.action(description="End selected tokens at all merchants", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[PartnerToken]) -> None:
        for token in queryset:
            if end_partner_token(token=token, actor=user_of(request)):
                self.log_change(request, token, "Ended.")
                self.message_user(request, f"“{token.name}” is ended at all merchants.", messages.SUCCESS)


@admin.register(Stream)
class StreamAdmin(OfMerchantAdmin):
    """What one program asked for in one campaign on one day."""

    list_display = ("__str__", "merchant", "campaign", "token", "day")
    list_select_related = ("merchant", "campaign", "token")
    deferred = ("campaign__raw",)
    fields = ("merchant", "campaign", "token", "day")


class AsideFilter(SomeFilter):
    title, parameter_name, words = "set aside", "aside", "Set aside: waits for staff"

    def some(self, rows: Any) -> Any:
        return rows.set_aside()


@admin.register(EventBatch)
class EventBatchAdmin(OfMerchantAdmin):
    """What programs asked for by one request each, without its guests."""

    list_display = ("received_at", "merchant", "stream", "size", "state", "given_up", "guest_list", "tries")
    list_filter = (AsideFilter,)
    list_select_related = ("merchant", "stream__token", "stream__campaign", "guest_list")
    deferred = ("guests", "stream__campaign__raw", "guest_list__file_info")
    fields = (
        "uuid", "merchant", "stream", "size", "state", "given_up", "received_at", "guest_list", "first_row", "cents",
        "tries", "try_at",
    )  # fmt: skip
    readonly_fields = ("uuid", "state")
    actions: Any = ("gather_again",)

    @admin.display
    def state(self, batch: EventBatch) -> str:
        return said_of(batch)[0]

    def has_unpark_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.unpark_issuancejob")

    @admin.action(description="Gather batches again that were set aside", permissions=["unpark"])
    def gather_again(self, request: HttpRequest, queryset: QuerySet[EventBatch]) -> None:
        taken = [gather_again(batch, actor=user_of(request)) for batch in queryset]
        self.message_user(request, f"{sum(taken):,} of {len(taken):,} are tried once more.", messages.INFO)


@admin.register(WatchedFolder)
class WatchedFolderAdmin(ReadOnlyAdmin):
    """Folders for files of guests, below `GUESTS_FOLDER`. Managers set them up; staff see that they can be read."""

    list_display = ("path", "merchant", "campaign", "made_by", "state", "looked_at", "trouble", "last_file")
    list_filter = (
        ("trouble", admin.EmptyFieldListFilter),
        ("ended_at", admin.EmptyFieldListFilter),
        ("merchant", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("merchant", "campaign", "made_by")
    search_fields = ("merchant__handle__exact",)
    search_help_text = "A merchant’s handle"
    ordering = ("-id",)
    fields = (
        "path", "merchant", "campaign", "made_by", "made_at", "state", "looked_at", "trouble", "last_file", "files",
        "ended_at",
    )  # fmt: skip
    readonly_fields = ("state", "last_file", "files")

    def get_queryset(self, request: HttpRequest) -> Any:
        newest = FolderFile.objects.filter(folder=OuterRef("pk")).order_by("-pk").values("at")
        folders = super().get_queryset(request).select_related(*self.list_select_related).defer("campaign__raw")
        return folders.annotate(last_file=Subquery(newest[:1]))

    @admin.display
    def state(self, folder: WatchedFolder) -> str:
        return folder.said[0]

    @admin.display(description="last file")
    def last_file(self, folder: Any) -> str:
        return display_for_value(folder.last_file, "-")

    @admin.display
    def files(self, folder: WatchedFolder) -> str:
        return link_to_rows(FolderFile, "What came", folder__exact=folder.pk)


@admin.register(FolderFile)
class FolderFileAdmin(OfMerchantAdmin):
    """What became of each file."""

    of_merchant = "folder__merchant"
    list_display = ("at", "name", "folder", "guest_list", "state", "problem", "moved_at")
    own_lookups = ("folder__exact",)
    list_select_related = ("folder__campaign", "guest_list")
    deferred = ("folder__campaign__raw", "guest_list__file_info")
    search_fields = ("folder__merchant__handle",)
    fields = ("at", "name", "folder", "guest_list", "state", "repeated", "problem", "doubts", "moved_at", "delete_at")
    readonly_fields = ("state",)

    @admin.display
    def state(self, file: FolderFile) -> str:
        return file.said[0]
