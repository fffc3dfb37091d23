"""A simulated Thanx for tests and demos: strict about the documented rules, with faults on request ("weather")."""

from thanxportal.partner_simulator.clock import Clock, ManualClock, SystemClock
from thanxportal.partner_simulator.server import SimulatorServer, serve
from thanxportal.partner_simulator.simulator import RequestRecord, Simulator
from thanxportal.partner_simulator.weather import WEATHERS, Fault, Weather
from thanxportal.partner_simulator.webhooks import Delivery, sign
from thanxportal.partner_simulator.world import Merchant, Template, build_merchant, default_world

__all__ = [
    "WEATHERS",
    "Clock",
    "Delivery",
    "Fault",
    "ManualClock",
    "Merchant",
    "RequestRecord",
    "Simulator",
    "SimulatorServer",
    "SystemClock",
    "Template",
    "Weather",
    "build_merchant",
    "default_world",
    "serve",
    "sign",
]
