"""Pages under /_simulator/, by which tests and demos inspect and change the simulator without credentials."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from thanxportal.partner_simulator.bodies import text
from thanxportal.partner_simulator.books import Books
from thanxportal.partner_simulator.pictures import DISHES, draw
from thanxportal.partner_simulator.weather import Fault, Weather
from thanxportal.partner_simulator.wire import Answer, RefusedError, Request, bad_request, json_answer, not_found
from thanxportal.partner_simulator.world import Merchant

MOST_FAULTS = 100
_IMAGES = "/_simulator/images/"


class Inspected(Protocol):
    """The parts of the simulator that these pages use."""

    merchants: dict[str, Merchant]
    books: Books
    statuses: Counter[int]
    weather: Weather

    def rewards_by_identifier(self, campaign_id: str | None = None) -> Counter[str]: ...

    def change_weather(self, weather: str | Weather) -> None: ...

    def unpublish(self, template_id: str) -> None: ...

    def script(self, method: str, path_prefix: str, faults: Iterable[Fault]) -> None: ...

    def forget_faults(self) -> None: ...

    @property
    def faults_left(self) -> int: ...


def answer_request(simulator: Inspected, request: Request) -> Answer:
    """Answer GET stats, GET images/NAME.svg, POST weather, POST script and POST unpublish."""
    try:
        if request.method == "GET" and request.path.startswith(_IMAGES):
            return _image(simulator, request.path.removeprefix(_IMAGES).removesuffix(".svg"))
        match (request.method, request.path):
            case ("GET", "/_simulator/stats"):
                return json_answer(200, stats(simulator))
            case ("POST", "/_simulator/weather"):
                return _change_weather(simulator, request)
            case ("POST", "/_simulator/script"):
                return _script(simulator, request)
            case ("POST", "/_simulator/unpublish"):
                return _unpublish(simulator, request)
        raise not_found("page of the simulator")
    except RefusedError as refusal:
        return refusal.answer


def stats(simulator: Inspected) -> dict[str, Any]:
    """Count what has happened since the start (requests) or since the state file was created (the rest).

    `issued_twice` counts identifiers that hold more than one reward of the same campaign.
    """
    issued = [simulator.rewards_by_identifier(campaign_id) for campaign_id in list(simulator.books.campaigns)]
    keys = list(simulator.books.keys.values())
    return {
        "weather": simulator.weather.name,
        "faults_left": simulator.faults_left,
        "requests": simulator.statuses.total(),
        "statuses": {str(status): count for status, count in sorted(simulator.statuses.items())},
        "status_429": simulator.statuses[429],
        "campaigns": len(simulator.books.campaigns),
        "jobs": len(simulator.books.jobs),
        "identifiers_issued": sum(counted.total() for counted in issued),
        "issued_twice": sum(count > 1 for counted in issued for count in counted.values()),
        "keys": len(keys),
        "max_body_hashes_per_key": max((len(record.body_hashes) for record in keys), default=0),
    }


def _image(simulator: Inspected, name: str) -> Answer:
    for merchant in simulator.merchants.values():
        for template in merchant.templates:
            if template.id == name and template.picture:
                return _svg(template.picture)
    if name not in DISHES:
        raise not_found("image")
    return _svg(draw(name, DISHES.index(name)))


def _svg(picture: str) -> Answer:
    return Answer(200, picture.encode(), content_type="image/svg+xml")


def _change_weather(simulator: Inspected, request: Request) -> Answer:
    name = text(request.json_object(), "weather")
    try:
        simulator.change_weather(name)
        simulator.forget_faults()
    except ValueError as problem:
        raise bad_request(str(problem)) from None
    return json_answer(200, {"weather": name})


def _script(simulator: Inspected, request: Request) -> Answer:
    """Spoil the next requests of a method below a path, as often as `times` says, by the fault of that name."""
    order = request.json_object()
    method, path, name = (text(order, key) for key in ("method", "path", "fault"))
    times = order.get("times", 1)
    if name not in Fault.__members__ or not isinstance(times, int) or not 1 <= times <= MOST_FAULTS:
        raise bad_request(f"fault is one of {', '.join(Fault.__members__)}; times is 1 to {MOST_FAULTS}.")
    simulator.script(method, path, [Fault[name]] * times)
    return json_answer(200, {"faults_left": simulator.faults_left})


def _unpublish(simulator: Inspected, request: Request) -> Answer:
    template_id = text(request.json_object(), "template_id")
    template_ids = (template.id for merchant in simulator.merchants.values() for template in merchant.templates)
    if template_id not in template_ids:
        raise not_found("reward template")
    simulator.unpublish(template_id)
    return json_answer(200, {"template_id": template_id, "published": False})
