"""The activity log of merchants: who did what."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.crypto import salted_hmac

from thanxportal.accounts.models.people import Merchant, User

BEGINNING = Left("target", 4)


class Subject(models.TextChoices):
    """What a line is about: the beginning of its target, as far as it tells one from the others."""

    LISTS = "list", "Lists"
    CAMPAIGNS = "camp", "Campaigns"
    PRIVACY = "eras", "Erased guests"
    GUESTS = "gues", "One guest"
    TOKENS = "toke", "Tokens of programs"
    HOOKS = "hook", "Hooks"
    ENDPOINTS = "endp", "Messages to your systems"
    TEAM = "", "Team and settings"


class ActivityQuerySet(models.QuerySet["Activity"]):
    def for_merchant(self, merchant: Merchant) -> ActivityQuerySet:
        return self.filter(merchant=merchant).select_related("actor").order_by("-pk")

    def about(self, subject: Subject) -> ActivityQuerySet:
        return self.alias(subject=BEGINNING).filter(subject=subject.value)

    def since(self, moment: datetime) -> ActivityQuerySet:
        """Lines are in the order of time: the id of the first one tells, so that pages can still go by ids."""
        first = self._first_at(moment)
        return self.filter(pk__gte=first) if first else self.none()

    def before(self, moment: datetime) -> ActivityQuerySet:
        first = self._first_at(moment)
        return self.filter(pk__lt=first) if first else self

    def _first_at(self, moment: datetime) -> int | None:
        return self.filter(at__gte=moment).order_by("at", "pk").values_list("pk", flat=True).first()


class Activity(models.Model):
    """One line of a merchant's log. It never changes, but `path` is emptied when its page is deleted."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="activities")
    actor = models.ForeignKey(User, verbose_name="by", on_delete=models.PROTECT, null=True, blank=True)
    at = models.DateTimeField("when", default=timezone.now)
    sentence = models.CharField(max_length=300, help_text="Plain words, no personal data of guests.")
    target = models.CharField("about", max_length=60, blank=True, help_text="Such as campaign:7 or list:12.")
    path = models.CharField(max_length=200, blank=True, help_text="The page of what it was done to; empty: none.")
    seal = models.CharField(max_length=64, help_text="Keyed hash of this line and the seal of the line before.")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "line of the activity log"
        verbose_name_plural = "activity log"
        indexes = [
            models.Index(fields=["merchant", "-id"]),
            models.Index("merchant", "actor", F("id").desc(), name="activity_by_person"),
            models.Index("merchant", BEGINNING, F("id").desc(), name="activity_by_subject"),
            models.Index(fields=["merchant", "at"], name="activity_by_time"),
        ]

    def __str__(self) -> str:
        return self.sentence

    def sealed_after(self, before: str) -> str:
        """The seal that this line has if `before` is that of the merchant's line before it; empty for none."""
        return seal_of(before, self.merchant_id, self.at, self.actor_id, self.sentence, self.target)


class ActivityHead(models.Model):
    """Where a merchant's log ends. Whoever appends locks this row; it also shows if last lines were cut off."""

    merchant = models.OneToOneField(Merchant, on_delete=models.PROTECT, primary_key=True, related_name="+")
    lines = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True, help_text="Of the last line.")

    def __str__(self) -> str:
        return f"Log of {self.merchant_id}"


def seal_of(before: str, merchant: int, at: datetime, actor: int | None, sentence: str, target: str) -> str:
    """64 hexadecimal digits. Only who has IDENTITY_KEY can make them, so that a database alone can't be rewritten."""
    line = json.dumps([before, merchant, at.astimezone(UTC).isoformat(), actor, sentence, target])
    return salted_hmac("activity", line, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()


@transaction.atomic
def record_activity(
    *, merchant: Merchant, actor: User | None, sentence: str, target: str = "", path: str = ""
) -> Activity:
    """Appends to the merchant's log, in the transaction of the act. `path` is the page to which the line leads."""
    head, _ = ActivityHead.objects.select_for_update().get_or_create(merchant=merchant)
    line = Activity(merchant=merchant, actor=actor, sentence=sentence[:300], target=target, path=path)
    line.seal = line.sealed_after(head.seal)
    line.save()
    ActivityHead.objects.filter(pk=head.pk).update(lines=head.lines + 1, seal=line.seal)
    return line
