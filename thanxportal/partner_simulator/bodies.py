"""Validates the two bodies that clients send: to create a campaign, and to issue rewards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thanxportal.partner_simulator.jobs import Identifier
from thanxportal.partner_simulator.wire import bad_request

DATES = ("start_at", "end_at", "redeemable_from", "redeemable_to")
MAX_IDENTIFIERS = 10_000
CONTROL = "Control"

_CAMPAIGN_FIELDS = {"merchant_id", "name", "objective", "fine_print", "variants", *DATES}
_ISSUE_FIELDS = {"campaign_id", "merchant_id", "variant_id", "identifiers"}


@dataclass(frozen=True)
class VariantDraft:
    """One variant of a request. A control has no template."""

    name: str
    reward_template_id: str | None


@dataclass(frozen=True)
class IssueOrder:
    """A well-formed issue request."""

    campaign_id: str
    merchant_id: str
    variant_id: str
    identifiers: list[Identifier]


def read_campaign(body: Mapping[str, Any]) -> tuple[dict[str, Any], list[VariantDraft]]:
    """Return the campaign's own fields and its variants, or refuse with 400."""
    campaign = body.get("campaign")
    if not isinstance(campaign, dict):
        raise bad_request("The body needs an object named campaign.")
    _refuse_unknown(campaign, _CAMPAIGN_FIELDS, "campaign")
    fields: dict[str, Any] = {name: text(campaign, name) for name in ("merchant_id", "name", *DATES)}
    for name in ("objective", "fine_print"):
        if campaign.get(name) is not None and not isinstance(campaign[name], str):
            raise bad_request(f"{name} is not text.")
        fields[name] = campaign.get(name)
    _check_dates([_moment(fields[name], name) for name in DATES])
    return fields, _read_variants(campaign.get("variants"))


def read_issue(body: Mapping[str, Any]) -> IssueOrder:
    """Return the order, or refuse with 400."""
    _refuse_unknown(body, _ISSUE_FIELDS, "issue")
    campaign_id, merchant_id, variant_id = (text(body, name) for name in ("campaign_id", "merchant_id", "variant_id"))
    entries = body.get("identifiers")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_IDENTIFIERS:
        raise bad_request(f"identifiers needs a list of 1 to {MAX_IDENTIFIERS} entries.")
    identifiers = [_identifier(index, entry) for index, entry in enumerate(entries)]
    return IssueOrder(campaign_id, merchant_id, variant_id, identifiers)


def text(source: Mapping[str, Any], name: str) -> str:
    """Return the field as non-blank text, or refuse with 400."""
    value = source.get(name)
    if not isinstance(value, str) or not value.strip():
        raise bad_request(f"{name} is missing or is not text.")
    return value


def _refuse_unknown(source: Mapping[str, Any], allowed: set[str], what: str) -> None:
    if unknown := sorted(source.keys() - allowed):
        raise bad_request(f"Unknown field in {what}: {', '.join(unknown)}.")


def _moment(value: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise bad_request(f"{name} is not an ISO 8601 date and time.") from None
    if moment.tzinfo is None:
        raise bad_request(f"{name} has no offset.")
    return moment


def _check_dates(moments: list[datetime]) -> None:
    start, end, redeemable_from, redeemable_to = moments
    if end <= start:
        raise bad_request("end_at is not after start_at.")
    if redeemable_to <= redeemable_from:
        raise bad_request("redeemable_to is not after redeemable_from.")
    if len({moment.date() for moment in moments}) == 1:
        raise bad_request("All four dates are the same day: guests need time to redeem.")


def _read_variants(variants: object) -> list[VariantDraft]:
    if not isinstance(variants, list) or not 1 <= len(variants) <= 4:
        raise bad_request("variants needs a list of 1 to 4 entries.")
    return [_read_variant(variant) for variant in variants]


def _read_variant(variant: object) -> VariantDraft:
    if not isinstance(variant, dict):
        raise bad_request("A variant is not an object.")
    _refuse_unknown(variant, {"name", "reward_template_id"}, "variant")
    name = text(variant, "name")
    if name != CONTROL:
        return VariantDraft(name, text(variant, "reward_template_id"))
    if variant.get("reward_template_id") is not None:
        raise bad_request("The variant named Control takes no reward_template_id.")
    return VariantDraft(name, None)


def _identifier(index: int, entry: object) -> Identifier:
    if not isinstance(entry, dict) or entry.keys() != {"type", "value"}:
        raise bad_request(f"identifiers[{index}] needs exactly type and value.")
    kind, value = entry["type"], entry["value"]
    if kind not in ("email", "phone"):
        raise bad_request(f"identifiers[{index}].type is neither email nor phone.")
    if not isinstance(value, str) or not value:
        raise bad_request(f"identifiers[{index}].value is missing or is not text.")
    return kind, value
