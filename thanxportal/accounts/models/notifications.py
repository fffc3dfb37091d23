"""Notifications of people, and where each person wants to get which kind."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from thanxportal.accounts.models.outbox import FAILING, GIVEN_UP, Mailed
from thanxportal.accounts.models.people import Merchant, User

A_WEEK = timedelta(days=7)


class Kind(models.TextChoices):
    """The kinds of notifications. For each kind a person chooses where to get it."""

    APPROVAL_ASKED = "approval_asked", "A list waits for your approval"
    APPROVAL_ANSWERED = "approval_answered", "A list you asked about was approved or sent back"
    SAFETY_STOP = "safety_stop", "The safety check stopped a list"
    NEEDS_STAFF = "needs_staff", "Thanx’s answer about a job isn’t clear, so staff look at it"
    FINISHED = "finished", "A list has finished or was stopped"
    REVOKED = "revoked", "Rewards of a list that you launched, or of your merchant, were taken back"
    TAKE_BACK = "take_back", "Somebody asks staff to take rewards back, and what becomes of it"
    LIST_UNREAD = "list_unread", "A list that you brought can’t be read, or needs its columns chosen"
    TEAM_CHANGED = "team_changed", "Partner staff changed your team or settings"
    LOOSENING = "loosening", "Somebody asks to let fewer people agree to rewards, and what becomes of it"
    REWARD_WITHDRAWN = "reward_withdrawn", "Thanx no longer publishes a reward of a running campaign"
    NOT_PUBLISHED = "not_published", "A campaign that a program asked for couldn’t be published"
    ENDPOINT_OFF = "endpoint_off", "The portal stopped sending messages to one of your systems"
    TOKEN = "token", "A program gets a token, or its token ends"
    HOOK = "hook", "A hook refuses what its tool sends, or its campaign has ended"
    ACCESS = "access", "Thanx lets the portal issue rewards for a merchant, or no longer does"


class NotificationChoice(models.Model):
    """Where a person wants notifications of one kind. Without a row: everywhere."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    in_app = models.BooleanField(default=True)
    email = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"Choice {self.pk}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of_person(self, person: User) -> NotificationQuerySet:
        """What the portal shows a person. Leaves out merchants whose team the person has left, but not for staff."""
        mine = self.filter(person=person, in_app=True)
        if not person.is_staff:
            mine = mine.filter(merchant__memberships__user=person)
        return mine.select_related("merchant").order_by("-pk")

    def mail_failing(self) -> NotificationQuerySet:
        """Tried in vain: those that are tried again, and those of the last week that were given up."""
        return self.filter(FAILING | GIVEN_UP & Q(at__gt=timezone.now() - A_WEEK))

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(Mailed):
    """One message to one person, written in the transaction of the event which it tells of."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=100, help_text="Names the event, so that it is told only once.")
    sentence = models.CharField(max_length=300, help_text="Plain words, no personal data of guests.")
    facts = models.JSONField(default=list, help_text="Pairs of label and number, such as the ledger.")
    path = models.CharField(max_length=200, help_text="The page where one sees or does more.")
    at = models.DateTimeField("when", default=timezone.now)
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField("read", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["person"], condition=Q(read_at=None, in_app=True), name="notification_unread"),
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="notification_mail_due"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def tone(self) -> str:
        tones = {Kind.FINISHED: "ok", Kind.APPROVAL_ANSWERED: "info"}
        return tones.get(Kind(self.kind), "warn")
