"""What people repaired in a checked list, kept so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from issuance.models.lists import GuestList
from thanxportal.kept_text import KeptText


class RepairQuerySet(models.QuerySet["Repair"]):
    def of_list(self, guest_list: GuestList) -> RepairQuerySet:
        return self.filter(guest_list=guest_list).select_related("made_by", "undone_by").order_by("-pk")

    def standing(self) -> RepairQuerySet:
        return self.filter(undone_at=None)


class Repair(models.Model):
    """One act of repairing: how many rows it changed, by whom, and whether it was undone since."""

    guest_list = models.ForeignKey(GuestList, on_delete=models.CASCADE, related_name="repairs")
    kind = models.CharField(max_length=20, help_text="Which repair, such as country or edit.")
    sentence = KeptText(max_length=200, help_text="What was done, in plain words, without a guest in it.")
    count = models.PositiveIntegerField(help_text="Rows that it changed.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = RepairQuerySet.as_manager()

    def __str__(self) -> str:
        return self.sentence

    def overtaken_by(self) -> Repair | None:
        """A later repair, not undone, that changed one of the same rows again."""
        later = Repair.objects.filter(guest_list=self.guest_list_id, pk__gt=self.pk, undone_at=None)
        mine = RepairedRow.objects.filter(repair=self).values("row")
        rows = RepairedRow.objects.filter(repair=OuterRef("pk"), row__in=mine)
        return later.filter(Exists(rows)).order_by("-pk").first()


class RepairedRow(models.Model):
    """A row as it was before a repair."""

    repair = models.ForeignKey(Repair, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField()
    before = models.JSONField(help_text="What is needed to put the row back: see `repairs`.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repair", "row"], name="one_repaired_row")]

    def __str__(self) -> str:
        return f"Row {self.row} before repair {self.repair_id}"
