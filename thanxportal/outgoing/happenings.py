"""Notes what happens, for merchants' systems, in the transaction in which it does."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from thanxportal.outgoing.models import Endpoint, Happening

Kind = Happening.Kind
LEAST_WAIT = timedelta(seconds=10)


def note_happening(merchant_id: int, kind: Happening.Kind, subject: int) -> None:
    """Call it inside the transaction of the act. `subject` is the id of what it happened to, as `kind` says."""
    Happening.objects.create(merchant_id=merchant_id, kind=kind, subject=subject)


def happenings_to_tell() -> list[int]:
    """Their ids, in order; those of merchants whose systems ask for nothing are forgotten."""
    told = Endpoint.objects.on().values("merchant")
    if Happening.objects.exclude(merchant__in=told).exists():
        Happening.objects.exclude(merchant__in=told).delete()
    return list(Happening.objects.due().order_by("pk").values_list("pk", flat=True)[:1_000])


def begin_to_tell(happening_id: int) -> Happening | None:
    """The happening, unless another worker has it. It is put off before anything is made of it, the longer the older it
    is: what can't be told, or kills whoever tries, keeps nobody from telling the rest."""
    due, now = Happening.objects.due().filter(pk=happening_id), timezone.now()
    happening = due.first()
    if happening is None:
        return None
    wait = max(LEAST_WAIT, (now - happening.at) / 2)
    return happening if due.update(try_at=now + wait) else None
