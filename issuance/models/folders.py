"""Folders into which a merchant's programs put files of guests, and what became of each file."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.lists import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText

LOOK_EVERY = timedelta(seconds=30)
UNSEEN_AFTER = timedelta(minutes=10)  # since the last look, which was too long ago then


class WatchedFolderQuerySet(models.QuerySet["WatchedFolder"]):
    def for_merchant(self, merchant: Merchant) -> WatchedFolderQuerySet:
        folders = self.filter(merchant=merchant).select_related("campaign", "made_by")
        return folders.defer("campaign__raw").order_by("ended_at", "-pk")

    def due(self) -> WatchedFolderQuerySet:
        """Those to be looked into now; one that is no longer watched as long as it has files to delete."""
        kept = FolderFile.objects.kept().filter(folder=OuterRef("pk"))
        return self.filter(Q(ended_at=None) | Exists(kept), look_at__lte=timezone.now())


class WatchedFolder(models.Model):
    """A folder of one campaign. Where it is follows from the setting, the merchant's handle at that time and the
    campaign's id."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="folders")
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="folder")
    path = models.CharField(max_length=140, help_text="Below the root, such as harbor-grill/campaign-7.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who answers for its lists."
    )
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Since when nothing is taken from it.")
    look_at = models.DateTimeField(default=timezone.now, help_text="When somebody is to look into it next.")
    looked_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=100, blank=True, help_text="Why it can’t be read; empty: it can.")

    objects = WatchedFolderQuerySet.as_manager()

    class Meta:
        verbose_name = "folder of a campaign"
        verbose_name_plural = "folders of campaigns"
        indexes = [models.Index(fields=["look_at"], name="folder_to_look_into")]

    def __str__(self) -> str:
        return f"Folder of {self.campaign}"

    @property
    def said(self) -> tuple[str, str]:
        """Its state for people: a label and its tone."""
        if self.ended_at:
            return "Ended", ""
        if self.trouble:
            return "Can’t be read", "bad"
        if (self.looked_at or self.made_at) < timezone.now() - UNSEEN_AFTER:
            return "Nobody looks into it", "bad"
        return "Watched", "ok"


class FolderFileQuerySet(models.QuerySet["FolderFile"]):
    def kept(self) -> FolderFileQuerySet:
        """Those whose file is still there."""
        return self.filter(delete_at__isnull=False)

    def due_to_decide(self) -> FolderFileQuerySet:
        """Those whose list was read and is to be launched without a person, if all is well."""
        being_read = (ListState.UPLOADED, ListState.READING, ListState.REPAIRING)
        return self.filter(undecided=True).exclude(guest_list__state__in=being_read).order_by("pk")

    def with_lists(self) -> FolderFileQuerySet:
        return self.select_related("guest_list").defer("guest_list__file_info").order_by("-pk")


class FolderFile(models.Model):
    """One file that was taken, or refused. It stays in the log when the file itself is long deleted."""

    folder = models.ForeignKey(WatchedFolder, on_delete=models.PROTECT, related_name="files", db_index=False)
    name = KeptText(max_length=200)
    guest_list = models.ForeignKey(
        GuestList, on_delete=models.PROTECT, null=True, blank=True, related_name="folder_files"
    )
    mark = models.CharField(max_length=60, blank=True, help_text="Size and time of the file as it was taken.")
    repeated = models.BooleanField(default=False, help_text="The same content came before and is in that list.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why no list is made of it; empty: one is.")
    undecided = models.BooleanField(default=False, help_text="To be launched without a person if all is well.")
    doubts = models.JSONField(default=list, help_text="Sentences: why its list waits for a person all the same.")
    at = models.DateTimeField("taken", default=timezone.now)
    moved_at = models.DateTimeField(null=True, blank=True)
    delete_at = models.DateTimeField(
        null=True, blank=True, help_text="When the file is to be deleted; empty: it isn’t moved yet, or is gone."
    )

    objects = FolderFileQuerySet.as_manager()

    class Meta:
        verbose_name = "file from a folder"
        verbose_name_plural = "files from folders"
        indexes = [
            models.Index(fields=["folder", "-id"], name="file_of_folder"),
            models.Index(fields=["id"], condition=Q(undecided=True), name="file_to_decide"),
            models.Index(fields=["folder", "delete_at"], condition=Q(delete_at__isnull=False), name="file_to_delete"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(guest_list__isnull=False, problem="")
                | Q(guest_list=None, undecided=False) & ~Q(problem=""),
                name="file_is_a_list_or_says_why_not",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def said(self) -> tuple[str, str]:
        """What became of it, for people: a label and its tone."""
        if self.guest_list is None:
            return "Refused", "bad"
        if self.repeated:
            return "Came before", ""
        if self.undecided:
            return "Being checked", "info"
        return self.guest_list.label, self.guest_list.status.tone

    @property
    def kept_as(self) -> tuple[str, str]:
        """The folder into which it is moved, and its name there: with the time, and unlike that of any other."""
        return "refused" if self.problem else "done", f"{self.at:%Y%m%dT%H%M%SZ}-{self.pk}-{self.name}"
