"""A row of the file may become several rows of its list, one for each guest in a cell."""

from django.db import migrations, models

OF_ROW = "The row of the file out of which this one was made; `row` then counts on after the last row of the file."
ADDED = "Of the rows, those that a repair made of cells with several guests."


class Migration(migrations.Migration):
    dependencies = [("issuance", "0004_activity_paths")]
    operations = [
        migrations.AddField("guest", "of_row", models.PositiveIntegerField(help_text=OF_ROW, null=True)),
        migrations.AddField("rowerror", "of_row", models.PositiveIntegerField(help_text=OF_ROW, null=True)),
        migrations.AddField("guestlist", "added_count", models.PositiveIntegerField(default=0, help_text=ADDED)),
    ]
