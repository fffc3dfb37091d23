"""The rows of a list: guests, and what was no guest."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Max, Q, TextField, Value

from campaigns.models import Campaign, Variant
from issuance.models.cells import cell
from issuance.models.lists import GuestList
from issuance.models.states import Outcome

OF_ROW = "The row of the file out of which this one was made; `row` then counts on after the last row of the file."


class GuestQuerySet(models.QuerySet["Guest"]):
    def of_list(self, guest_list: GuestList) -> GuestQuerySet:
        return self.filter(guest_list=guest_list).order_by("row")

    def in_segments(self, guest_list: GuestList) -> models.QuerySet[Any]:
        """With `segment`, the cell that decides about the guest's job; empty for all without such a column."""
        at = guest_list.job_cell
        return self.annotate(segment=cell(at) if at else Value("", TextField()))


class Guest(models.Model):
    """One guest of a list. Never created one by one: see `importing`.

    The database doesn't look up what a guest points to: for a million guests that takes five times as long as storing
    them. Whoever writes guests takes those ids from rows that nothing deletes.
    """

    guest_list = models.ForeignKey(
        GuestList, on_delete=models.CASCADE, related_name="guests", db_index=False, db_constraint=False
    )
    row = models.PositiveIntegerField(help_text="Number in the file, from 1, the header included.")
    of_row = models.PositiveIntegerField(null=True, help_text=OF_ROW)
    type = models.CharField(max_length=5, choices=[("email", "Email"), ("phone", "Phone")])
    value = models.CharField(max_length=254)
    other = models.CharField(max_length=254, blank=True, help_text="The guest's second identifier, never sent.")
    fixed = models.BooleanField(default=False)
    cells = models.TextField(blank=True, help_text="The row as it stood in the file, its cells parted by U+001F.")
    identity = models.BinaryField(max_length=16, help_text="Keyed hash of the identifier.")
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    reason = models.CharField(max_length=80, blank=True, help_text="The code of a refusal.")
    job = models.ForeignKey(
        "IssuanceJob",
        on_delete=models.PROTECT,
        null=True,
        related_name="guests",
        db_index=False,
        db_constraint=False,
    )
    position = models.PositiveIntegerField(null=True, help_text="Index among the job's identifiers, from 0.")
    reward_id = models.CharField(max_length=64, blank=True)
    retry_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="retries",
        db_index=False,
        db_constraint=False,
        help_text="The refusal of the same row in the parent list.",
    )
    earlier_campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False,
        help_text="A campaign that had promised this guest a reward when the list was read.",
    )  # fmt: skip
    earlier_at = models.DateTimeField(null=True, help_text="When it had promised it.")

    objects = GuestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["guest_list", "outcome", "row"], name="guest_by_outcome"),
            models.Index(fields=["guest_list", "row"], condition=Q(fixed=True), name="guest_fixed"),
            models.Index(
                fields=["guest_list", "reason", "row"], condition=Q(outcome="refused"), name="guest_by_reason"
            ),
            models.Index(
                fields=["guest_list", "row"], condition=Q(earlier_campaign__isnull=False), name="guest_repeated"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["guest_list", "row"], name="one_guest_per_row"),
            models.UniqueConstraint(
                fields=["retry_of"], condition=Q(retry_of__isnull=False), name="one_retry_per_refusal"
            ),
            models.UniqueConstraint(
                fields=["job", "position"], condition=Q(job__isnull=False), name="one_guest_per_position"
            ),
            models.CheckConstraint(condition=~Q(outcome="control") | Q(job=None), name="control_is_never_in_a_job"),
        ]

    def __str__(self) -> str:
        return f"Guest {self.pk}"

    @property
    def in_file(self) -> int:
        """The row of the file."""
        return self.of_row or self.row


class RowErrorQuerySet(models.QuerySet["RowError"]):
    def of_list(self, guest_list: GuestList) -> RowErrorQuerySet:
        return self.filter(guest_list=guest_list).order_by("row")

    def numbered(self, text: str) -> RowError | None:
        """The row whose number was typed; None for anything that is no number, and for rows that aren't here."""
        is_number = text.isascii() and text.isdecimal() and len(text) < 10
        return self.filter(row=int(text)).first() if is_number else None


class RowError(models.Model):
    """A row that joins no job: invalid, or a duplicate of an earlier row; kept whole to be repaired."""

    INVALID, DUPLICATE = "invalid", "duplicate"

    guest_list = models.ForeignKey(GuestList, on_delete=models.CASCADE, related_name="row_errors", db_index=False)
    row = models.PositiveIntegerField(help_text="Number in the file, from 1, the header included.")
    of_row = models.PositiveIntegerField(null=True, help_text=OF_ROW)
    kind = models.CharField(max_length=9, choices=[(INVALID, "Invalid"), (DUPLICATE, "Duplicate")])
    code = models.CharField(max_length=60)
    column = models.CharField(max_length=120, blank=True)
    cells = models.JSONField(default=list, help_text="The row as it stood in the file.")
    identity = models.BinaryField(max_length=16, null=True, help_text="Of a duplicate: the guest whom it repeats.")

    objects = RowErrorQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["guest_list", "kind", "row"], name="row_error_by_kind")]
        constraints = [models.UniqueConstraint(fields=["guest_list", "row"], name="one_error_per_row")]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.code}"

    @property
    def in_file(self) -> int:
        """The row of the file."""
        return self.of_row or self.row


def last_row(guest_list: GuestList) -> int:
    """The highest number of a stored row; 0 without rows."""
    both = (rows.filter(guest_list=guest_list) for rows in (Guest.objects, RowError.objects))
    return max(rows.aggregate(last=Max("row"))["last"] or 0 for rows in both)
