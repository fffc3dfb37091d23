"""The mirror follows Thanx, and forgets nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from campaigns.discovery import sync_partner
from campaigns.models import Location, RewardTemplate
from tests.conftest import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner.models import Credential
from thanxportal.partner_api import PartnerApiError
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


def test_the_command_prints_what_it_read(simulator: Simulator, world: World) -> None:
    out = io.StringIO()
    call_command("sync_partner", stdout=out)
    counts = json.loads(out.getvalue())
    assert counts["merchants"] == len(simulator.merchants) == Merchant.objects.count()
    assert counts["reward_templates"] == RewardTemplate.objects.count() > 150
    assert counts["locations"] == Location.objects.count()
    assert counts["scopes"] == 1
    assert Credential.current().synced_at is not None


def test_a_second_reading_changes_nothing(simulator: Simulator, world: World) -> None:
    first = sync_partner()
    ids = set(RewardTemplate.objects.values_list("pk", flat=True))
    world.advance(900)
    assert sync_partner() == first
    assert set(RewardTemplate.objects.values_list("pk", flat=True)) == ids
    assert not RewardTemplate.objects.exclude(withdrawn_at=None).exists()


def test_a_withdrawn_template_is_marked_and_kept(simulator: Simulator, world: World) -> None:
    sync_partner()
    template = RewardTemplate.objects.order_by("pk")[0]
    simulator.unpublish(template.thanx_id)
    world.advance(900)
    sync_partner()
    template.refresh_from_db()
    assert template.withdrawn_at is not None
    assert RewardTemplate.objects.exclude(withdrawn_at=None).count() == 1


def test_a_reading_that_breaks_half_way_withdraws_nothing(simulator: Simulator, world: World) -> None:
    sync_partner()
    world.advance(900)
    simulator.script("GET", "/partner/reward_templates", [Fault.STATUS_500])
    with pytest.raises(PartnerApiError):
        sync_partner()
    assert not RewardTemplate.objects.exclude(withdrawn_at=None).exists()


def test_our_own_settings_of_a_merchant_survive(simulator: Simulator, world: World) -> None:
    sync_partner()
    Merchant.objects.filter(handle="harbor-grill").update(time_zone="America/New_York", country="CA")
    world.advance(900)
    sync_partner()
    harbor = Merchant.objects.get(handle="harbor-grill")
    assert (harbor.time_zone, harbor.country) == ("America/New_York", "CA")


def test_refused_credentials_are_named(simulator: Simulator, world: World) -> None:
    simulator.script("GET", "/partner/scopes", [Fault.UNAUTHORIZED])
    with pytest.raises(CommandError, match="THANX_CLIENT_ID"):
        call_command("sync_partner")
