"""Programs with tokens, as they ask the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from thanxportal.accounts.models import ApiToken, Merchant, Scope, User
from thanxportal.accounts.tokens import make_token


def token_of_program(merchant: Merchant, maker: User, *scopes: Scope, **fields: Any) -> tuple[ApiToken, str]:
    """A token and its secret; it may do everything if nothing else is said."""
    values = {
        "name": "Survey tool", "scopes": [*(scopes or Scope)], "guests_per_day": 20_000,
        "expires_at": timezone.now() + timedelta(days=90),
    }  # fmt: skip
    return make_token(merchant=merchant, actor=maker, **values | fields)


class Program:
    """Asks with a token."""

    def __init__(self, merchant: Merchant, maker: User, *scopes: Scope, **fields: Any) -> None:
        self.token, self.secret = token_of_program(merchant, maker, *scopes, **fields)
        self.client = Client()

    @classmethod
    def of(cls, token: ApiToken, secret: str) -> Program:
        """The same program after a restart."""
        program = cls.__new__(cls)
        program.token, program.secret, program.client = token, secret, Client()
        return program

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = self._headers() | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(f"/api/v1{path}", sent, content_type="application/json", headers=headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}
