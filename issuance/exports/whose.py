"""Of which merchant a row is, as far as that can be told."""

from __future__ import annotations

from collections.abc import Mapping

from thanxportal.accounts.models import Merchant


class Whose:
    """Compares what rows say with Thanx's id of a merchant. Plain numbers are ids of another kind, as `user_id` is
    beside `user_uid`: they say nothing about ours, unless ours is one as well."""

    COLUMN = "merchant_id"

    def __init__(self, merchant: Merchant, at: Mapping[str, int]) -> None:
        self.merchant, self._at = merchant, at[self.COLUMN]
        self._ours = {"", merchant.thanx_id}

    def other(self, cells: list[str]) -> str:
        """The id of the other merchant whose row it is; empty if it isn't."""
        if (said := cells[self._at]) in self._ours:
            return ""
        said = said.strip()
        return "" if said in self._ours or said.isdigit() != self.merchant.thanx_id.isdigit() else said
