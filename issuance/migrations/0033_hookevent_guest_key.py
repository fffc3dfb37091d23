from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0032_export_crashes"),
    ]

    operations = [
        migrations.AddField(
            model_name="hookevent",
            name="guest_key",
            field=models.CharField(blank=True, help_text="Keyed hash of the external id and its guest.", max_length=64),
        ),
    ]
