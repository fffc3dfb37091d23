"""A column of countries decides which country a phone is of, as long as its cells name countries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.countries import country_code, names_nowhere
from issuance.parsing.country_column import country_column
from issuance.parsing.guest_file import open_guest_file

PHONES = [f"(202) 555-01{at:02d}" for at in range(20, 26)]
AMERICAN = [f"+120255501{at:02d}" for at in range(20, 26)]


def read(folder: Path, header: str, cells: list[str], country: str = "US") -> tuple[list[str], tuple[str, ...]]:
    path = folder / "a.csv"
    rows = [f"Guest {at},{cells[at % len(cells)]},{phone}" for at, phone in enumerate(PHONES)]
    path.write_text("\n".join([f"Name,{header},Phone", *rows]))
    with open_guest_file(path, country=country) as file:
        return [result.value for result in file.results()], file.opened.columns.doubts


@pytest.mark.parametrize("text", [
    "United States (+1)", "US +1", "+1 US", "US (+1)", "USA - CA", "US-IN", "1.0", "+1", "001", "🇺🇸 +1", "Austin, USA",
])  # fmt: skip
def test_a_country_is_read_however_a_program_writes_it(tmp_path: Path, text: str) -> None:
    assert country_code(text) == "US"
    assert read(tmp_path, "Country code", [f'"{text}"'], "DE") == (AMERICAN, ())


def test_names_that_contradict_each_other_name_no_country() -> None:
    assert country_code("Germany (+1)") == country_code("DE - AT") == ""
    assert country_code("Germany +49") == country_code("49.0") == "DE"
    assert country_code("Canada (+1)") == "CA"


@pytest.mark.parametrize("cells", [["N/A"], ["-"], ["", "n/a"], ["unknown"], ["Bayern"], ["Yes", "Nay"]])
@pytest.mark.parametrize("header", ["Country", "Land", "Flag"])
def test_cells_that_name_no_country_decide_nothing(tmp_path: Path, header: str, cells: list[str]) -> None:
    assert read(tmp_path, header, cells) == (AMERICAN, ())


@pytest.mark.parametrize("cells", [["IN", "OUT", "DE"], ["IN", "NO"], ["Yes", "No"], ["DE"], ["US", "VIP", "late"]])
def test_flags_that_may_flag_anything_are_no_countries(tmp_path: Path, cells: list[str]) -> None:
    assert read(tmp_path, "Flag", cells) == (AMERICAN, ())


def test_a_column_that_names_few_countries_is_asked_about(tmp_path: Path) -> None:
    _, doubts = read(tmp_path, "Country", ["Germany", "Bayern", "Hessen"])
    assert any("few phones" in doubt for doubt in doubts)


@pytest.mark.parametrize("own", ["Phone country", "Calling code", "Country code", "Landesvorwahl"])
@pytest.mark.parametrize("first", [True, False])
def test_the_country_of_the_phone_goes_before_that_of_the_guest(tmp_path: Path, own: str, first: bool) -> None:
    header, cells = (f"{own},Country", ["+1,Germany"]) if first else (f"Land,{own}", ["Deutschland,+1"])
    assert read(tmp_path, header, cells, "DE") == (AMERICAN, ())


def test_two_columns_of_a_kind_that_contradict_each_other_are_asked_about() -> None:
    rows = [["Germany", "US", "1"]] * 3
    chosen = country_column(["Country", "Pays", "Phone"], rows)
    assert (chosen.at, len(chosen.doubts)) == (0, 1)
    assert country_column(["Country", "Pays", "Phone"], [["Canada", "US", "1"]]).doubts == ()


@given(st.text(max_size=30))
def test_any_cell_names_a_country_or_none(text: str) -> None:
    assert len(country_code(text)) in (0, 2)
    assert not (names_nowhere(text) and text.strip() in ("US", "Germany"))
