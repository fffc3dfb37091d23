"""Admin pages of campaigns and of the mirror of Thanx, to read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin

from campaigns.models import Campaign, CampaignAtThanx, Location, Reading, RewardTemplate, Variant
from thanxportal.read_only_admin import ReadOnlyAdmin, ReadOnlyInline

ONE_MERCHANT = ("merchant", admin.RelatedOnlyFieldListFilter)
WITHDRAWN = ("withdrawn_at", admin.EmptyFieldListFilter)


class KindFilter(admin.AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Iterator[Any]:
        yield from (choice | {"display": choice["display"] or "None"} for choice in super().choices(changelist))


@admin.register(RewardTemplate)
class RewardTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "merchant", "type", "subtype", "seen_at", "withdrawn_at")
    list_filter = (ONE_MERCHANT, WITHDRAWN, ("type", KindFilter))
    list_select_related = ("merchant",)
    search_fields = ("name", "thanx_id__exact")
    fields = (
        "name", "merchant", "thanx_id", "type", "subtype", "description", "fine_print", "discount_type",
        "discount_value", "redemption_venue", "seen_at", "withdrawn_at", "asked_at",
    )  # fmt: skip


@admin.register(Location)
class LocationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "merchant", "city", "state", "seen_at", "withdrawn_at")
    list_filter = (ONE_MERCHANT, WITHDRAWN)
    list_select_related = ("merchant",)
    search_fields = ("name", "street", "city", "thanx_id__exact")
    fields = ("name", "merchant", "thanx_id", "street", "city", "state", "zip", "phone", "time_zone", "seen_at",
              "withdrawn_at")  # fmt: skip


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "merchant", "read_at", "requests", "asked_at", "lease_until")
    list_filter = (ONE_MERCHANT, "part")
    list_select_related = ("merchant",)
    ordering = ("read_at", "id")
    fields = ("merchant", "part", "read_at", "requests", "asked_at", "lease_until")


class VariantInline(ReadOnlyInline):
    model = Variant
    fields = ("name", "weight", "reward_template", "thanx_id")


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "merchant", "state", "start_at", "end_at", "published_at", "problem_code")
    list_filter = ("state", ONE_MERCHANT)
    list_select_related = ("merchant",)
    search_fields = ("name", "thanx_id__exact", "merchant__handle__exact")
    ordering = ("-id",)
    fields = (
        "name", "merchant", "uuid", "objective", "fine_print", "start_at", "end_at", "redeemable_from", "redeemable_to",
        "expected_guests", "state", "thanx_id", "problem", "problem_code", "publish_attempts", "next_attempt_at",
        "preset", "asked_by", "created_by", "created_at", "updated_at", "published_at",
    )  # fmt: skip
    change_form_template = "admin/campaigns/campaign/change.html"
    inlines = (VariantInline,)


@admin.register(CampaignAtThanx)
class CampaignAtThanxAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "merchant", "start_at", "end_at", "seen_at", "withdrawn_at", "unknown")
    list_filter = (ONE_MERCHANT, WITHDRAWN, "unknown")
    list_select_related = ("merchant",)
    search_fields = ("name", "thanx_id__exact")
    fields = (
        "name", "merchant", "thanx_id", "objective", "fine_print", "start_at", "end_at", "redeemable_from",
        "redeemable_to", "arms", "seen_at", "withdrawn_at", "unknown",
    )  # fmt: skip
