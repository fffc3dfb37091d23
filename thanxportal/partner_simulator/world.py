"""The businesses of the simulator: merchants, their locations and their reward templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from thanxportal.partner_simulator import menus
from thanxportal.partner_simulator.identity import opaque_id
from thanxportal.partner_simulator.pictures import data_uri, draw


@dataclass(frozen=True)
class Template:
    """One published reward template of one merchant; `picture` is SVG, or empty."""

    id: str
    merchant_id: str
    name: str
    subtype: str
    discount: tuple[str | None, float | None]
    description: str
    fine_print: str
    redemption_venue: str
    picture: str

    def view(self) -> dict[str, Any]:
        """Return the template as the API shows it."""
        uri = data_uri(self.picture) if self.picture else ""
        return {
            "id": self.id,
            "name": self.name,
            "type": "discount",
            "subtype": self.subtype,
            "description": self.description,
            "fine_print": self.fine_print,
            "discount": {"type": self.discount[0], "value": self.discount[1]},
            "redemption_venue": self.redemption_venue,
            "images": {"default": uri, "large": uri} if uri else {},
        }


@dataclass(frozen=True)
class Merchant:
    """One business: its locations as the API shows them, and its templates."""

    id: str
    handle: str
    name: str
    locations: Sequence[dict[str, Any]]
    templates: Sequence[Template]

    def view(self) -> dict[str, Any]:
        """Return the merchant as the API shows it."""
        return {"id": self.id, "handle": self.handle, "name": self.name}


def build_merchant(handle: str, name: str, reward_names: Sequence[str], locations: int) -> Merchant:
    """Build a merchant. The same handle always gets the same ids."""
    merchant_id = opaque_id("merchant", handle)
    templates = [_template(merchant_id, handle, number, text) for number, text in enumerate(reward_names)]
    return Merchant(merchant_id, handle, name, list(_locations(merchant_id, name, locations)), templates)


def default_world() -> tuple[Merchant, ...]:
    """Return the four merchants, with lists of their own that a simulation may change."""
    return tuple(
        replace(merchant, locations=[*map(dict, merchant.locations)], templates=[*merchant.templates])
        for merchant in _built_world()
    )


@cache
def _built_world() -> tuple[Merchant, ...]:
    """Return Harbor Grill, Sunny Side Coffee, Nonna's Table and Corner Market (130 templates)."""
    return (
        build_merchant("harbor-grill", "Harbor Grill", menus.HARBOR_GRILL, 8),
        build_merchant("sunny-side-coffee", "Sunny Side Coffee", menus.SUNNY_SIDE_COFFEE, 40),
        build_merchant("nonnas-table", "Nonna’s Table", menus.NONNAS_TABLE, 3),
        build_merchant("corner-market", "Corner Market", menus.corner_market(130), 14),
    )


def _template(merchant_id: str, handle: str, number: int, name: str) -> Template:
    offer = menus.read_offer(name)
    picture = "" if number % 11 == 10 else draw(menus.dish_for(name), number + len(handle), offer.label)
    return Template(
        id=opaque_id("template", handle, number),
        merchant_id=merchant_id,
        name=name,
        subtype=offer.subtype,
        discount=(offer.discount_type, offer.value),
        description=offer.description,
        fine_print=menus.FINE_PRINT[number % len(menus.FINE_PRINT)],
        redemption_venue=("in_store", "in_store", "all", "online")[number % 4],
        picture=picture,
    )


def _locations(merchant_id: str, merchant_name: str, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        city, state, code = menus.CITIES[number % len(menus.CITIES)]
        street = menus.STREETS[number * 7 % len(menus.STREETS)]
        yield {
            "id": opaque_id("location", merchant_id, number),
            "merchant_id": merchant_id,
            "street": f"{120 + number * 37} {street}",
            "city": city,
            "state": state,
            "zip": code,
            "name": None if number % 6 == 2 else f"{merchant_name} {street.rsplit(' ', 1)[0]}",
            "phone": f"+120255501{number % 100:02d}",
        }
