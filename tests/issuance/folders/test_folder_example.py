"""The example of docs/integrations.md for a CRM that writes files, run as it stands."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from issuance.models import GuestList
from tests.issuance.api.test_docs import example
from tests.issuance.folders.dropping import Drop, log
from tests.world import World
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("alone")
def test_a_crm_writes_a_file_and_its_guests_are_rewarded_once(
    drop: Drop, tmp_path: Path, world: World, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDER", str(drop.folder))
    bring, export = example("CRM folder")["bring"], tmp_path / "lapsed.csv"
    with export.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "email", "segment"])
        rows.writerows([number, f"guest{number}@example.com", "Lapsed"] for number in range(200))
    for _ in range(2):
        bring(export)
        drop.look()
        world.drive()
    made = GuestList.objects.get()
    assert (made.name, made.state, made.rows_count, made.closed) == ("lapsed", "finished", 200, True)
    assert made.rewarded_count + made.refused_count == 200
    assert [said[1] for said in log()] == ["Finished", "Came before"]
    assert (drop.left, drop.inside("done")) == ([], ["lapsed.csv", "lapsed.csv"])
