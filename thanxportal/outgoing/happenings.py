"""Notes what happens, for merchants' systems, in the transaction in which it does."""

from __future__ import annotations

from thanxportal.outgoing.models import Endpoint, Happening

Kind = Happening.Kind


def note_happening(merchant_id: int, kind: Happening.Kind, subject: int) -> None:
    """Call it inside the transaction of the act. `subject` is the id of what it happened to, as `kind` says."""
    Happening.objects.create(merchant_id=merchant_id, kind=kind, subject=subject)


def happenings_to_tell() -> list[int]:
    """Their ids, in order; those of merchants whose systems ask for nothing are forgotten."""
    told = Endpoint.objects.on().values("merchant")
    if Happening.objects.exclude(merchant__in=told).exists():
        Happening.objects.exclude(merchant__in=told).delete()
    return list(Happening.objects.order_by("pk").values_list("pk", flat=True)[:1_000])
