"""What people look at when the portal can't tell the end of a job has one name, also where it is history."""

from django.db import migrations

OLD, NEW = "needs_review", "needs_staff"
MODELS = (("recipient", "guest"), ("recipientlist", "guest list"), ("sendinghold", "sending pause"))
PERMISSIONS = [  # (old codename, new codename, what people read)
    ("lift_sendinghold", "resume_sendingpause", "Can resume sending"),
    *(
        (f"{act}_{old}", f"{act}_{new.replace(' ', '')}", f"Can {act} {new}")
        for act in ("add", "change", "delete", "view")
        for old, new in MODELS
    ),
]


def rename(apps, schema_editor):
    def rows(app, model):
        return apps.get_model(app, model).objects.using(schema_editor.connection.alias)

    rows("issuance", "IssuanceJob").filter(state=OLD).update(state=NEW)
    for column in ("old_state", "new_state"):
        rows("issuance", "Event").filter(**{column: OLD}).update(**{column: NEW})
    for model in ("Notification", "NotificationChoice"):
        rows("accounts", model).filter(kind=OLD).update(kind=NEW)
    for old, codename, name in PERMISSIONS:
        permission = rows("auth", "Permission").filter(content_type__app_label="issuance", codename=old)
        permission.update(codename=codename, name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0002_guests"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
