"""What could be repaired at one click: found by trying each repair on the first bad rows, so that each helps."""

from __future__ import annotations

from itertools import count, islice
from typing import NamedTuple

from issuance.checking.cached_counts import misspelt_domains
from issuance.checking.cell_repairs import CELL_REPAIRS, OF_ANOTHER_COUNTRY
from issuance.checking.repairs import Recipe, RepairedCell, recipe_for, repaired
from issuance.checking.revalidation import columns_of, fault_at
from issuance.guests.sight import Sight
from issuance.models import GuestList, RowError
from issuance.parsing.countries import COUNTRIES, LIKELY, country_name
from thanxportal.counted import counted

LOOKED_THROUGH = 1_000  # bad rows; in a list with more, the counts are "at least"
MOST_DOMAINS = 10
TRIED = 20  # numbers that decide which country is proposed
BUTTONS = {
    "at": "Write the @ sign",
    "comma": "Put dots",
    "dots": "Take stray dots out",
    "signs": "Keep one @ sign",
    "space": "Take the spaces out",
    "ending": "Complete them",
    "plus": "Add the +",
    "new_area": "Take as they are",
    "letters": "Read as digits",
}


class Choice(NamedTuple):
    value: str
    label: str


class Proposal(NamedTuple):
    """A repair that is offered: how many rows it helps, the first of them before and after, and what can be chosen."""

    key: str
    title: str
    before: str
    after: str
    button: str
    label: str = ""
    choices: tuple[Choice, ...] = ()
    chosen: str = ""


def proposals_of(guest_list: GuestList, sight: Sight) -> list[Proposal]:
    """Repairs of bad rows, as somebody sees them; each row counts for the first one that helps it."""
    bad = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID)
    left = {error.row: error for error in bad[:LOOKED_THROUGH]} if guest_list.invalid_count else {}
    proposals = []
    for key, choice in _tries(guest_list, list(left.values())):
        recipe = recipe_for(guest_list, key, choice)
        helped = list(repaired(guest_list, recipe, left.values(), count())) if recipe else []
        if recipe and helped:
            proposals.append(_proposal(guest_list, sight, recipe, choice, left[helped[0].row], helped))
        if key != "each":  # Or one of them is kept, as the next proposal says.
            left = {row: error for row, error in left.items() if row not in {cell.row for cell in helped}}
    return proposals


def domain_proposals(guest_list: GuestList) -> list[Proposal]:
    """For guests who are ready, but whose mail domain looks like a slip: never changed unless somebody says so."""
    domains = islice(misspelt_domains(guest_list), MOST_DOMAINS)
    return [_domain(written, meant, count) for written, meant, count in domains]


def _tries(guest_list: GuestList, errors: list[RowError]) -> list[tuple[str, str]]:
    keys = [(repair.key, "") for repair in CELL_REPAIRS]
    country = _likely_country(guest_list, errors)
    return [("lines", ""), ("each", ""), ("several", "first"), *keys, *([("country", country)] if country else [])]


def _likely_country(guest_list: GuestList, errors: list[RowError]) -> str:
    """Under which country most of the first bad numbers are good; empty if under none."""
    whole = OF_ANOTHER_COUNTRY - {"phone_no_area_code", "phone_too_short"}  # Short ones fit somewhere, and say nothing.
    tried = [error for error in errors if error.code in whole][:TRIED]
    recipes = {code: recipe_for(guest_list, "country", code) for code in LIKELY} if tried else {}
    helps = {
        code: sum(1 for _ in repaired(guest_list, recipe, tried, count())) for code, recipe in recipes.items() if recipe
    }
    best = max(helps, key=lambda code: helps[code], default="")
    return best if helps.get(best) else ""


def _proposal(
    guest_list: GuestList,
    sight: Sight,
    recipe: Recipe,
    choice: str,
    first: RowError,
    helped: list[RepairedCell],
) -> Proposal:
    cells = len(helped)
    looked = guest_list.invalid_count > LOOKED_THROUGH
    number = f"At least {cells:,}" if looked else f"{cells:,}"
    before, after = _before_and_after(guest_list, sight, first, helped[0])
    proposal = Proposal(recipe.key, "", before, after, "")
    if recipe.key == "country":
        where = country_name(guest_list.country) or "your country"
        title = f"{number} phone number{_s(cells)} {_of(cells, 'isn’t a number', 'aren’t numbers')} of {where}."
        named = [Choice(code, name.removeprefix("the ")) for code, name in COUNTRIES.items()]
        countries = tuple(sorted(named, key=lambda country: country.label))
        return proposal._replace(
            title=title, button="Treat as numbers of it", label="Country", choices=countries, chosen=choice
        )
    if recipe.key == "lines":
        title = f"{number} row{_s(cells)} {_of(cells, 'has', 'have')} swallowed others: a quote was lost."
        rows = sum(len(cell.results) for cell in helped)
        return proposal._replace(title=title, button=f"Read as {counted(rows, 'row')}")
    if recipe.key == "each":
        title = f"{number} cell{_s(cells)} {_of(cells, 'holds', 'hold')} more than one guest."
        return proposal._replace(title=title, button="Give each guest a row")
    if recipe.key == "several":
        title = f"Or only one guest of {_of(cells, 'it', 'each of them')} is meant."
        which = (Choice("first", "the first"), Choice("last", "the last"))
        return proposal._replace(
            title=title, button="Keep that one", label="Which one to keep", choices=which, chosen=choice
        )
    repair = next(repair for repair in CELL_REPAIRS if repair.key == recipe.key)
    noun = "address" if repair.type == "email" else "number"
    plural = "" if cells == 1 else "es" if noun == "address" else "s"
    title = f"{number} {noun}{plural} {_of(cells, *repair.says)}"
    return proposal._replace(title=title, button=BUTTONS[recipe.key])


def _before_and_after(guest_list: GuestList, sight: Sight, row: RowError, helped: RepairedCell) -> tuple[str, str]:
    """The cell as it is and as it would be, as the member sees guests."""
    at = fault_at(columns_of(guest_list), row.column, row.cells)
    before = str(row.cells[at]) if at is not None else " ".join(map(str, row.cells))
    after = " + ".join(sight.show(result.value or str(result.raw[at or 0])) for result in helped.results[:3])
    return sight.show(before), f"{after} + …" if len(helped.results) > 3 else after


def _domain(written: str, meant: str, count: int) -> Proposal:
    title = f"{count:,} address{_of(count, ' ends', 'es end')} in {written}."
    return Proposal("domain", title, written, meant, f"Repair {count:,}", chosen=written)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _of(count: int, singular: str, plural: str) -> str:
    return singular if count == 1 else plural
