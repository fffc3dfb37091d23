"""The activity log becomes a chain: the lines that are there are sealed as they are."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from thanxportal.accounts.models.activity import seal_of

AT_ONCE = 1_000


def seal_lines(apps, schema_editor):
    using = schema_editor.connection.alias
    activities = apps.get_model("accounts", "Activity").objects.using(using)
    heads = apps.get_model("accounts", "ActivityHead").objects.using(using)
    for merchant in activities.order_by("merchant").values_list("merchant", flat=True).distinct():
        seal, count, sealed = "", 0, []
        for line in activities.filter(merchant=merchant).order_by("pk").iterator(AT_ONCE):
            line.seal = seal = seal_of(seal, merchant, line.at, line.actor_id, line.sentence, line.target)
            count += 1
            sealed.append(line)
            if len(sealed) == AT_ONCE:
                activities.bulk_update(sealed, ["seal"])
                sealed.clear()
        activities.bulk_update(sealed, ["seal"])
        heads.create(merchant_id=merchant, lines=count, seal=seal)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_team_changed"),
        # They change lines of the log, which can't be done afterwards.
        ("campaigns", "0002_activity_paths"),
        ("issuance", "0007_reasons_in_our_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="seal",
            field=models.CharField(
                default="", max_length=64, help_text="Keyed hash of this line and the seal of the line before."
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="activity",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="activity",
            name="actor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.CreateModel(
            name="ActivityHead",
            fields=[
                (
                    "merchant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+",
                        serialize=False, to="accounts.merchant",
                    ),
                ),
                ("lines", models.PositiveBigIntegerField(default=0)),
                ("seal", models.CharField(blank=True, help_text="Of the last line.", max_length=64)),
            ],
        ),
        migrations.RunPython(seal_lines, migrations.RunPython.noop, elidable=True),
    ]  # fmt: skip
