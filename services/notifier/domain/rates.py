"""Exchange rates by date (汇率), and exact sums over currencies: only to compare, never to book."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import msgspec

from huikuan.events.currencies import decimals_of


class Rate(msgspec.Struct, frozen=True):
    """One unit of ``base`` is ``rate`` units of ``quote`` from a date; a decimal as it came."""

    base: str
    quote: str
    effective_on: date
    rate: str


Rates = tuple[Rate, ...]
"""In order of base, quote and date; at most one for each."""


def with_rate(rates: Rates, rate: Rate) -> Rates:
    """The rates with one more; what was said later of the same date stands."""
    key = (rate.base, rate.quote, rate.effective_on)
    others = [each for each in rates if (each.base, each.quote, each.effective_on) != key]
    ordered = sorted((*others, rate), key=lambda each: (each.base, each.quote, each.effective_on))
    return tuple(ordered)


def worth(
    amounts_minor: Mapping[str, int], currency: str, rates: Rates, on: date
) -> Fraction | None:
    """What amounts by currency are worth in units of one, exactly; None where a rate is missing."""
    total = Fraction(0)
    for each, amount_minor in amounts_minor.items():
        factor = _factor(each, currency, rates, on)
        if factor is None:
            return None
        total += Fraction(amount_minor, 10 ** decimals_of(each)) * factor
    return total


def _factor(base: str, quote: str, rates: Rates, on: date) -> Fraction | None:
    if base == quote:
        return Fraction(1)
    given = [
        each
        for each in rates
        if {each.base, each.quote} == {base, quote} and each.effective_on <= on
    ]
    if not given:
        return None
    # Of two for one date, the one in the direction that is asked for.
    last = max(given, key=lambda each: (each.effective_on, each.base == base))
    return Fraction(last.rate) if last.base == base else 1 / Fraction(last.rate)
