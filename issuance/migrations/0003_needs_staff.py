"""What people look at when the portal can't tell the end of a job has one name, also where it is history."""

from django.db import migrations

OLD, NEW = "needs_review", "needs_staff"
PERMISSIONS = {"lift_sendinghold": "resume_sendingpause"} | {
    f"{act}_{old}": f"{act}_{new}"
    for act in ("add", "change", "delete", "view")
    for old, new in (("recipient", "guest"), ("recipientlist", "guestlist"), ("sendinghold", "sendingpause"))
}


def rename(apps, schema_editor):
    apps.get_model("issuance", "IssuanceJob").objects.filter(state=OLD).update(state=NEW)
    for column in ("old_state", "new_state"):
        apps.get_model("issuance", "Event").objects.filter(**{column: OLD}).update(**{column: NEW})
    for model in ("Notification", "NotificationChoice"):
        apps.get_model("accounts", model).objects.filter(kind=OLD).update(kind=NEW)
    for old, new in PERMISSIONS.items():
        permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="issuance")
        permissions.filter(codename=old).update(codename=new)


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0002_guests"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
