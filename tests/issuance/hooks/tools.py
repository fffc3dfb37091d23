"""Tools as they post to hooks."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from campaigns.models import Campaign
from issuance.hooks.conditions import Condition
from issuance.hooks.making import change_rules, make_hook
from issuance.models import Hook, HookEvent
from thanxportal.accounts.models import User

MAPPING = {"email": "/guest/email", "external_id": "/id"}
UNHAPPY = {"id": "r-1", "score": 2, "guest": {"email": "ann@example.com", "name": "Ann"}}


class Tool:
    """Posts to a hook of its own, whose mapping fits `UNHAPPY` if nothing else is said."""

    def __init__(self, campaign: Campaign, maker: User, *, mapped: bool = True, guests_per_day: int = 500) -> None:
        self.maker = maker
        self.hook, self.secret = make_hook(
            campaign=campaign, name="Survey hook", guests_per_day=guests_per_day, actor=maker
        )
        self.client = Client()
        if mapped:
            self.reads(MAPPING)

    def reads(self, mapping: dict[str, str], *conditions: tuple[str, ...]) -> None:
        made = [Condition(*condition) for condition in conditions]
        change_rules(self.hook, mapping=mapping, conditions=made, actor=self.maker)
        self.hook.refresh_from_db()

    def change(self, **fields: Any) -> None:
        Hook.objects.filter(pk=self.hook.pk).update(**fields)

    def send(self, document: Any, **headers: str) -> Any:
        return self.post(json.dumps(document), "application/json", **headers)

    def post(self, body: str | bytes, kind: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic("POST", f"/hooks/in/{self.secret}", body, content_type=kind, headers=named)

    def event(self) -> HookEvent:
        """The only one."""
        return HookEvent.objects.get(hook=self.hook)


def unhappy(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"r-{number}", "score": 2, "guest": {"email": f"guest{number}@example.com"}} | more
