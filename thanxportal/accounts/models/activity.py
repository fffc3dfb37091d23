"""The activity log of merchants: who did what."""

from __future__ import annotations

from django.db import models

from thanxportal.accounts.models.people import Merchant, User


class ActivityQuerySet(models.QuerySet["Activity"]):
    def for_merchant(self, merchant: Merchant) -> ActivityQuerySet:
        return self.filter(merchant=merchant).select_related("actor").order_by("-pk")


class Activity(models.Model):
    """One line of a merchant's log. It never changes, but `path` is emptied when its page is deleted."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="activities")
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    sentence = models.CharField(max_length=300, help_text="Plain words, no personal data of guests.")
    target = models.CharField(max_length=60, blank=True, help_text="Such as campaign:7 or list:12.")
    path = models.CharField(max_length=200, blank=True, help_text="The page of what it was done to; empty: none.")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["merchant", "-id"])]

    def __str__(self) -> str:
        return self.sentence


def record_activity(
    *, merchant: Merchant, actor: User | None, sentence: str, target: str = "", path: str = ""
) -> Activity:
    """Appends to the merchant's log. `path` is the page to which the line leads."""
    return Activity.objects.create(merchant=merchant, actor=actor, sentence=sentence[:300], target=target, path=path)
