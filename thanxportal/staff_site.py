"""The staff pages as a whole: which pages there are, and what the ready-made groups of staff may do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, wraps
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import get_permission_codename
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.utils import timezone

from thanxportal.read_only_admin import StaffAdmin

LOOKS = ("accounts.look_as_merchant",)
OPERATIONS = (
    *LOOKS,
    "issuance.add_revocationplan",
    "issuance.confirm_revocationplan",
    "issuance.answer_revocationrequest",
    "issuance.unpark_issuancejob",
    "issuance.add_resolution",
    "issuance.confirm_resolution",
    "issuance.add_sendingpause",
    "issuance.resume_sendingpause",
    "issuance.add_thanxstatement",
    "issuance.confirm_thanxstatement",
    "issuance.record_rehearsal",
    "issuance.apply_webhookdelivery",
)
ADMINISTRATION = (
    "accounts.add_user",
    "accounts.change_user",
    "accounts.change_merchant",
    "accounts.change_membership",
    "accounts.delete_membership",
    "accounts.add_invitation",
    "accounts.change_invitation",
    "accounts.add_partnertoken",
    "issuance.add_erasure",
    "issuance.export_guest",
)
GROUPS = {"Support": LOOKS, "Operations": OPERATIONS, "Administrator": OPERATIONS + ADMINISTRATION}


class StaffSite(admin.AdminSite):
    """Shows only pages that were made for staff: what a package brings along, such as secrets of second factors, has
    none."""

    index_title = "Home"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Staff read times in the zone of their browser, once it told that (`static/js/zone.js`); before, in UTC."""

        @wraps(view)
        def in_local_time(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if (zone := request.COOKIES.get("zone")) in _zones():
                timezone.activate(zone)
            return view(request, *args, **kwargs)

        return super().admin_view(in_local_time, cacheable)


_zones = cache(available_timezones)


class StaffSiteConfig(AdminConfig):
    """Takes the place of Django's own admin site."""

    default_site = "thanxportal.staff_site.StaffSite"

    def ready(self) -> None:
        from django.apps import apps

        super().ready()
        # The permissions of all apps exist by then: those of ours come before auth in INSTALLED_APPS.
        last = apps.get_app_config("auth")
        post_migrate.connect(name_permissions, sender=last, dispatch_uid="name-permissions")
        post_migrate.connect(make_groups, sender=last, dispatch_uid="make-groups")


def name_permissions(*, using: str, **kwargs: Any) -> None:
    """After migrations: permissions that an older version made are called by today's words, which Django leaves."""
    from django.apps import apps
    from django.contrib.auth.models import Permission

    words = {
        (model._meta.app_label, codename): name
        for model in apps.get_models()
        for codename, name in _rights(model._meta)
    }
    permissions = Permission.objects.using(using)
    for app, codename, name, pk in permissions.values_list("content_type__app_label", "codename", "name", "pk"):
        if (wanted := words.get((app, codename), name)) != name:
            permissions.filter(pk=pk).update(name=wanted)


def _rights(options: Any) -> Iterator[tuple[str, str]]:
    """Names and words, as Django makes them."""
    for act in options.default_permissions:
        yield get_permission_codename(act, options), f"Can {act} {options.verbose_name_raw}"
    yield from options.permissions


def make_groups(*, using: str, **kwargs: Any) -> None:
    """After migrations: each group holds just what is written here, and looking at every staff page."""
    from django.contrib.auth.models import Group, Permission

    permissions = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    existing = {f"{label}.{codename}": pk for label, codename, pk in permissions}
    looks = [f"{model._meta.app_label}.view_{model._meta.model_name}" for model in admin.site._registry]
    for name, acts in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(existing[right] for right in (*looks, *acts) if right in existing)
