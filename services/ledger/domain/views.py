"""What the ledger answers about debtors, as JSON-ready dictionaries; amounts as decimal texts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from huikuan.debtor.ageing import Bucket
from huikuan.debtor.standing import Line, Standing
from huikuan.events.codec import amount_of

Answer = dict[str, Any]


def debtor_answer(debtor: str, day: date | None, standing: Standing | None) -> Answer:
    """``GET /v1/debtors/{id}``; before the first business day it is empty."""
    return {
        "debtor": debtor,
        "as_of": day,
        "balances": balances(standing) if standing else {},
        "items": [_item(line) for line in standing.open_lines] if standing else [],
        "unsettled": list(standing.unsettled) if standing else [],
    }


def balances(standing: Standing) -> Answer:
    """Per currency what is open, overdue, unapplied, disputed and exposed; the limit if any."""
    open_minor: dict[str, int] = {}
    for line in standing.open_lines:
        open_minor[line.currency] = open_minor.get(line.currency, 0) + line.open_minor
    return {
        currency: {
            "open": amount_of(open_minor.get(currency, 0), currency),
            "overdue": amount_of(sums.past_due_minor, currency),
            "unapplied": amount_of(sums.unapplied_minor, currency),
            "disputed": amount_of(sums.disputed_minor, currency),
            "exposure": _signed(sums.exposure_minor, currency),
            "exposure_by": {
                bucket: amount_of(amount_minor, currency)
                for bucket, amount_minor in sums.exposure_by.items()
            },
            "limit": None if sums.limit_minor is None else amount_of(sums.limit_minor, currency),
        }
        for currency, sums in sorted(standing.sums.items())
    }


def _signed(amount_minor: int, currency: str) -> str:
    text = amount_of(abs(amount_minor), currency)
    return f"-{text}" if amount_minor < 0 else text


def _item(line: Line) -> Answer:
    answer: Answer = {"invoice": line.item}
    if line.instalment:
        answer["instalment"] = line.instalment
    return answer | {
        "company": line.company,
        "currency": line.currency,
        "due_on": line.due_on,
        "amount": amount_of(line.amount_minor, line.currency),
        "open": amount_of(line.open_minor, line.currency),
        "days_overdue": None if line.due_on is None else line.days_overdue,
        "disputed": amount_of(line.disputed_minor, line.currency),
    }


class Aged:
    """Open items of any number of debtors by how long they are overdue, exact to the item."""

    def __init__(self) -> None:
        self._sums: dict[str, list[Bucket]] = {}

    def add(self, aged: dict[str, list[Bucket]]) -> None:
        """Add one debtor's buckets."""
        for currency, buckets in aged.items():
            sums = self._sums.get(currency)
            if sums is None:
                self._sums[currency] = buckets
                continue
            for total, bucket in zip(sums, buckets, strict=True):
                total.amount_minor += bucket.amount_minor
                total.items += bucket.items

    def answer(self, day: date | None) -> Answer:
        """``GET /v1/ageing``. A bucket without ``from_days`` is "not due"."""
        return {
            "as_of": day,
            "currencies": {
                currency: _aged(currency, buckets)
                for currency, buckets in sorted(self._sums.items())
            },
        }


def _aged(currency: str, buckets: Sequence[Bucket]) -> Answer:
    return {
        "total": amount_of(sum(bucket.amount_minor for bucket in buckets), currency),
        "items": sum(bucket.items for bucket in buckets),
        "buckets": [
            {
                "from_days": bucket.from_days,
                "to_days": bucket.to_days,
                "amount": amount_of(bucket.amount_minor, currency),
                "items": bucket.items,
            }
            for bucket in buckets
        ],
    }
