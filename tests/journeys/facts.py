"""CloudEvents as an ERP would send them. Ids are drawn, unless a test says one."""

import uuid
from typing import Any

SOURCE = "/erp/journeys"
Fact = dict[str, Any]


def fact(noun_and_verb: str, debtor: str, *, id: str = "", **data: Any) -> Fact:  # noqa: A002
    """Any event: ``fact("invoice.issued", "acme", invoice="1", …)``."""
    return {
        "specversion": "1.0",
        "id": id or uuid.uuid4().hex,
        "source": SOURCE,
        "type": f"huikuan.{noun_and_verb}.v1",
        "subject": debtor,
        "data": data,
    }


def invoice(debtor: str, number: str, amount: str, due_on: str, **data: Any) -> Fact:
    """An invoice, issued a month or so before it is due."""
    data.setdefault("currency", "CNY")
    data.setdefault("issued_on", "2012-05-01")
    return fact("invoice.issued", debtor, invoice=number, amount=amount, due_on=due_on, **data)


def payment(debtor: str, number: str, amount: str, value_on: str, **data: Any) -> Fact:
    """Money; ``pays`` names the invoice that it pays in full."""
    data.setdefault("currency", "CNY")
    if pays := data.pop("pays", ""):
        data["remittance"] = [{"amount": amount, "invoice": pays}]
    return fact(
        "payment.received", debtor, payment=number, amount=amount, value_on=value_on, **data
    )
