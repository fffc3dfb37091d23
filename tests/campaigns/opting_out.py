"""A merchant leaves Thanx, or comes back, and the next sync sees it."""

from __future__ import annotations

from campaigns.discovery import sync_partner
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator import Simulator


def leave(simulator: Simulator, world: World, merchant: Merchant) -> None:
    """The merchant opts out at Thanx, and the next sync sees it."""
    simulator.unlisted.add(merchant.thanx_id)
    world.advance(900)
    sync_partner()
    merchant.refresh_from_db()
    assert merchant.opted_out


def come_back(simulator: Simulator, world: World, merchant: Merchant) -> None:
    simulator.unlisted.discard(merchant.thanx_id)
    world.advance(900)
    sync_partner()
    merchant.refresh_from_db()
    assert not merchant.opted_out
