"""An account has one address. Those that people added beside it unproven go, and so do passwords of such accounts:
their address may have been swapped, and the link for a new password proves whose it is."""

from django.contrib.auth.hashers import make_password
from django.db import migrations
from django.db.models import Count


def one_address(apps, schema_editor):
    database = schema_editor.connection.alias
    addresses = apps.get_model("account", "EmailAddress").objects.using(database)
    several = addresses.values("user").annotate(count=Count("pk")).filter(count__gt=1)
    for person in apps.get_model("accounts", "User").objects.using(database).filter(pk__in=several.values("user")):
        person.password = make_password(None)
        person.save(update_fields=["password"])
    addresses.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_shared_cache"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [migrations.RunPython(one_address, migrations.RunPython.noop)]
