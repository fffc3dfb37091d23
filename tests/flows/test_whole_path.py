"""The whole path of a list, from an ugly file to a closed ledger, in every weather."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from campaigns.models import Campaign
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list
from issuance.models import GuestList, IssuanceJob
from tests.world import World
from thanxportal.partner_simulator import WEATHERS, Simulator

pytestmark = pytest.mark.django_db


def ugly_csv(guests: int) -> bytes:
    """A file as people have it: mixed formats, repeated guests, holes, and addresses that are none."""
    rows = ["Name;E-Mail;Mobile"]
    for number in range(guests):
        rows.append(f"Guest {number};Guest{number}@Example.com;(202) 555-01{number % 100:02d}")
        if number % 10 == 0:
            rows.append(f"Again {number};GUEST{number}@example.com;")
        if number % 20 == 0:
            rows.append(f"Broken {number};guest{number}.example.com;12")
    return "\r\n".join(rows).encode()


def brought(campaign: Campaign, content: bytes, world: World) -> GuestList:
    guest_list = create_list(campaign=campaign, name="June", content=ContentFile(content, "june.csv"), actor=None)
    world.work(1)
    guest_list.refresh_from_db()
    assert guest_list.state == "checked", guest_list.problem
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    return guest_list


@pytest.mark.parametrize("weather", sorted(WEATHERS))
def test_the_ledger_closes_and_nobody_is_rewarded_twice(
    weather: str, campaign: Campaign, simulator: Simulator, world: World
) -> None:
    simulator.change_weather(weather)
    guest_list = brought(campaign, ugly_csv(400), world)
    assert (guest_list.rows_count, guest_list.duplicate_count, guest_list.invalid_count) == (460, 40, 20)
    world.drive(hours=30)

    guest_list.refresh_from_db()
    ledger = guest_list.ledger
    assert guest_list.state == "finished"
    assert ledger.pop("rows") == sum(ledger.values()) == 460
    assert ledger["waiting"] == 0
    issued = simulator.rewards_by_identifier()
    assert max(issued.values(), default=0) <= 1
    assert {row.value for row in guest_list.guests.filter(outcome="rewarded")} <= set(issued)
    unknown = {row.value for row in guest_list.guests.filter(outcome="unknown")}
    assert set(issued) <= {row.value for row in guest_list.guests.filter(outcome="rewarded")} | unknown


def test_25000_guests_of_one_arm_go_out_in_jobs_of_at_most_10000_after_fifty_ahead(
    one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    content = "email\n" + "\n".join(f"guest{number}@example.com" for number in range(25_000))
    guest_list = brought(one_arm, content.encode(), world)
    world.drive()
    guest_list.refresh_from_db()
    sizes = IssuanceJob.objects.of_list(guest_list).values_list("total_count", flat=True)
    assert list(sizes) == [50, 10_000, 10_000, 4_950]
    assert guest_list.closed
    assert guest_list.rewarded_count == sum(simulator.rewards_by_identifier().values())


def test_a_file_of_a_killed_reader_is_read_on_from_the_last_committed_row(
    campaign: Campaign, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from issuance.importing import batches, import_list

    monkeypatch.setattr(batches, "BATCH", 50)
    monkeypatch.setattr(import_list, "TOGETHER", 1)
    monkeypatch.setattr(import_list, "COMMIT_EVERY", 0)
    whole = brought(campaign, ugly_csv(300), world)
    saves = iter(range(3))
    save = import_list._save

    def die_at_the_third(*args: object) -> bool:
        if next(saves, None) is None:
            raise SystemExit
        return save(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as context:
        context.setattr(import_list, "_save", die_at_the_third)
        again = create_list(campaign=campaign, name="Again", content=ContentFile(ugly_csv(300), "june.csv"), actor=None)
        with pytest.raises(SystemExit):
            import_list.read_guest_file(again.pk)
    again.refresh_from_db()
    assert (again.state, again.rows_count) == ("reading", 150)
    world.advance(300)
    world.work(1)
    again.refresh_from_db()
    assert again.state == "checked"
    columns = ("row", "value", "variant_id", "identity")
    assert list(again.guests.order_by("row").values_list(*columns)) == list(
        whole.guests.order_by("row").values_list(*columns)
    )
    assert again.ledger["invalid"] == whole.ledger["invalid"]


def test_a_file_that_kills_its_reader_five_times_is_given_up_with_a_sentence(
    campaign: Campaign, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = create_list(campaign=campaign, name="June", content="ana@example.com", actor=None)

    def die(*args: object) -> bool:
        raise RuntimeError("the worker dies")

    monkeypatch.setattr("issuance.importing.import_list._save", die)
    for _ in range(7):
        world.work(1)
        world.advance(180)
    guest_list.refresh_from_db()
    assert guest_list.state == "unreadable"
    assert "five times" in guest_list.problem
