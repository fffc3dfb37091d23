from django.db import migrations

from issuance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = [("issuance", "0001_initial"), ("campaigns", "0001_initial")]
    operations = [migrations.RunPython(install_guards, migrations.RunPython.noop)]
