"""All that the answer to a poll of a list can depend on, besides the list itself, as one text."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Model, TextField
from django.db.models.expressions import RawSQL

from issuance.models.jobs import IssuanceJob
from issuance.models.pauses import SendingPause
from thanxportal.partner.models import Credential

NOT_SHOWN = {  # Large, never changed, or changed by every request to Thanx.
    IssuanceJob: {"body", "body_sha256", "idempotency_key"},
    Credential: {"slots_taken", "slot_taken_at", "clock_lag", "arrival_spread", "sent_count", "probed_at"},
}
JOINED = {"postgresql": "string_agg(line, ';')", "sqlite": "group_concat(line, ';')"}


def jobs_and_more() -> RawSQL:
    """Of the jobs, the pause in force and the credential all columns that can be shown, and the number of the latest
    event; for a query of lists."""
    jobs = f"{_lines(IssuanceJob)} WHERE t.guest_list_id = issuance_guestlist.id ORDER BY t.number"
    pauses = f"{_lines(SendingPause)} WHERE t.in_force"
    credentials = f"{_lines(Credential)} WHERE t.client_id = %s"
    events = "(SELECT MAX(e.id) FROM issuance_event e WHERE e.guest_list_id = issuance_guestlist.id)"
    joined = " || ".join(_joined(lines) for lines in (jobs, pauses, credentials))
    text = f"{joined} || COALESCE(CAST({events} AS TEXT), '')"
    return RawSQL(text, [settings.THANX_CLIENT_ID], TextField())  # noqa: S611 - names are ours


def _joined(lines: str) -> str:
    return f"COALESCE((SELECT {JOINED[connection.vendor]} FROM ({lines}) AS lines), '') || '#'"  # noqa: S608 - ours


def _lines(model: type[Model]) -> str:
    fields = [field for field in model._meta.concrete_fields if field.name not in NOT_SHOWN.get(model, ())]
    columns = " || ".join(f"COALESCE(CAST(t.\"{field.column}\" AS TEXT), '~') || '|'" for field in fields)
    return f"SELECT {columns} AS line FROM {model._meta.db_table} t"  # noqa: S608 - names are ours
