"""Admin pages of who may do what, and of what they did."""

from thanxportal.accounts.admin import logs, people

__all__ = ["logs", "people"]
