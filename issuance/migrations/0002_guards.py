from django.db import migrations


class Migration(migrations.Migration):
    """The guards are installed after every `migrate`; this number only keeps its place."""

    dependencies = [("issuance", "0001_initial"), ("campaigns", "0001_initial")]
    operations = []
