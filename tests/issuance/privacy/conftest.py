"""What several tests of privacy need."""

from __future__ import annotations

import pytest


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run in one transaction, which never commits."""
    monkeypatch.setattr("issuance.privacy.emptying.transaction.on_commit", lambda act: act())
