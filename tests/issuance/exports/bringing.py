"""Exports as Thanx writes them, and what is known after they were loaded."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from issuance.exports.receiving import receive_export
from issuance.models import ExportFile
from issuance.worker.due_work import load_due_exports
from thanxportal.accounts.models import Merchant

MEMBERSHIPS = "user_id,user_uid,merchant_id,email,phone,first_name,is_user_joined,user_joined_at"
PURCHASES = (
    "purchase_id,purchase_uid,merchant_id,user_id,location_id,authorization_amount,settlement_amount,channel,"
    "purchased_at"
)
REWARDS = "reward_id,reward_uid,merchant_id,user_id,redeem_title,state,delivered_at,activated_at,used_at,discount"
ANN = "1,u1,41,Ann@example.com,,Ann,true,2026-01-02 10:00:00"
BOB = "2,u2,41,,+1 202 555 0101,Bob,true,2026-01-03 10:00:00"
EVE = "9,u9,41,eve@example.com,,Eve,true,2026-01-03 10:00:00"  # in no list
COFFEE = "p1,pu1,41,1,l1,5.00,4.50,instore,2026-07-01 12:00:00"
LUNCH = "p2,pu2,41,2,l2,12.00,,digital,2026-07-02 12:00:00"
OF_EVE = "p9,pu9,41,9,l1,7.00,7.00,instore,2026-07-01 12:00:00"
FREE_COFFEE = "r1,ru1,41,1,Free coffee,used,2026-06-15 12:00:00,2026-07-01 11:59:00,2026-07-01 12:00:00,4.50"
OF_GUESTS = "ann@example.com\n+12025550101"


def lines(*rows: str) -> str:
    return "\n".join([*rows, ""])


def bring(merchant: Merchant, content: str | bytes, name: str = "export.csv") -> ExportFile:
    content = content.encode() if isinstance(content, str) else content
    return receive_export(merchant=merchant, name=name, content=ContentFile(content, name))


def load(merchant: Merchant, content: str | bytes, name: str = "export.csv") -> ExportFile:
    export = bring(merchant, content, name)
    assert not load_due_exports()
    export.refresh_from_db()
    return export


def counts(export: ExportFile) -> dict[str, Any]:
    """State and the counts that aren't 0."""
    of = {name: getattr(export, f"{name}_count") for name in ("rows", "kept", "new", "replaced", "bad")}
    return {"state": export.state} | {name: count for name, count in of.items() if count}
