"""How sums are written in sentences: by the locale of the merchant, as Django writes them in templates."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def dollars(amount: Decimal) -> str:
    """Returns `$5` or `$1,250.50`, for example; whole dollars without cents."""
    cents = 0 if amount == amount.to_integral_value() else 2
    return f"${number_format(amount, cents, use_l10n=True, force_grouping=True)}"
