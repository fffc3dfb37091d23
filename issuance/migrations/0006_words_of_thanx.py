"""Thanx's words are kept for staff only, guests hidden; a refused job may be sent in parts; unknown states have a time."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

PART_OF = "The planned job that Thanx refused because of some guest, and of whose guests this one has a part."
SINCE = "Since when that word has been none that we know; empty after any other."
STATES = [
    ("ready", "Waiting to be sent"), ("sending", "Being sent"), ("accepted", "Being issued by Thanx"),
    ("completed", "Completed"), ("failed", "Failed at Thanx"), ("rejected", "Refused by Thanx"),
    ("needs_staff", "Needs review"), ("revoking", "Being revoked"), ("revoked", "Revoked"), ("cancelled", "Not sent"),
    ("halved", "Sent in parts"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("issuance", "0005_rows_of_each_guest")]
    operations = [
        migrations.AddField(
            "attempt",
            "words",
            models.CharField(blank=True, help_text="What Thanx wrote instead, guests hidden.", max_length=200),
        ),
        migrations.AddField(
            "issuancejob",
            "part_of",
            models.ForeignKey(
                "issuance.issuancejob", PROTECT, related_name="parts", null=True, blank=True, help_text=PART_OF
            ),
        ),
        migrations.AddField(
            "issuancejob", "unknown_state_since", models.DateTimeField(blank=True, help_text=SINCE, null=True)
        ),
        migrations.AlterField(
            "issuancejob",
            "partner_state",
            models.CharField(blank=True, help_text="Thanx's own word, but for guests.", max_length=40),
        ),
        migrations.AlterField(
            "issuancejob", "state", models.CharField(choices=STATES, default="ready", max_length=12)
        ),
        migrations.CreateModel(
            "UnknownReason",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(help_text="Guests hidden.", max_length=200)),
                ("guests_count", models.PositiveIntegerField()),
                (
                    "job",
                    models.ForeignKey("issuance.issuancejob", PROTECT, related_name="unknown_reasons", db_index=False),
                ),
            ],
            options={"ordering": ["-guests_count", "pk"]},
        ),
        migrations.AddConstraint(
            "unknownreason", models.UniqueConstraint(fields=("job", "words"), name="one_count_per_words")
        ),
    ]
