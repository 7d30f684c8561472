"""The story that ``huikuan demo`` tells: one debtor, from the first shipment to a stop and back."""

from datetime import date
from operator import itemgetter
from typing import Any

from huikuan.events.cash import PaymentReceived, Remittance
from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import CreditLimitSet, DebtorRegistered
from huikuan.events.sales import InvoiceIssued, ShipmentDispatched
from services.commands import show, story
from services.commands.reach import Services
from services.commands.words import say

DEBTOR = "harbour-tools"
_CNY = "CNY"


def _paid(payment: str, amount: str, on: date, invoice: str) -> PaymentReceived:
    named = (Remittance(amount=amount, invoice=invoice),)
    return PaymentReceived(
        payment=payment, amount=amount, currency=_CNY, value_on=on, remittance=named
    )


def _invoice(invoice: str, amount: str, issued_on: date, due_on: date) -> InvoiceIssued:
    return InvoiceIssued(
        invoice=invoice, amount=amount, currency=_CNY, issued_on=issued_on, due_on=due_on
    )


_TOLD: tuple[tuple[date, Event], ...] = (
    (date(2025, 1, 6), DebtorRegistered(on=date(2025, 1, 6), segment="dealer", terms_days=30)),
    (
        date(2025, 1, 6),
        CreditLimitSet(amount="100000.00", currency=_CNY, effective_on=date(2025, 1, 6)),
    ),
    (
        date(2025, 1, 10),
        ShipmentDispatched(
            shipment="S-1", amount="48000.00", currency=_CNY, dispatched_on=date(2025, 1, 10)
        ),
    ),
    (
        date(2025, 1, 12),
        _invoice("INV-1", "48000.00", date(2025, 1, 12), date(2025, 2, 11)),
    ),
    (date(2025, 2, 5), _invoice("INV-2", "22500.00", date(2025, 2, 5), date(2025, 3, 7))),
    (
        date(2025, 2, 20),
        PromiseMade(
            promise="P-1",
            amount="48000.00",
            currency=_CNY,
            made_on=date(2025, 2, 20),
            due_on=date(2025, 2, 28),
            invoices=("INV-1",),
        ),
    ),
    (date(2025, 2, 27), _paid("PAY-1", "10000.00", date(2025, 2, 27), "INV-1")),
    (date(2025, 3, 20), _paid("PAY-2", "38000.00", date(2025, 3, 20), "INV-1")),
    (date(2025, 4, 2), _paid("PAY-3", "22500.00", date(2025, 4, 2), "INV-2")),
)
FACTS = tuple((known_on, f"{DEBTOR}/{n}", event) for n, (known_on, event) in enumerate(_TOLD))
"""Date on which it became known, id, event."""


def tell(reached: Services) -> None:
    """Print what came in and what it led to, by date, and how it stood at the worst."""
    told = story.ask(reached, DEBTOR, {})
    lines = [*_came_in(), *_became_of_promises(told["promises"]), *_was_said(told["notifier"])]
    columns = (say("date", "日期"), say("who", "谁"), say("what", "何事"))
    show.table(
        say(f"The story of {DEBTOR}", f"{DEBTOR} 的故事"), columns, sorted(lines, key=itemgetter(0))
    )
    for day in ("2025-03-14", "2025-04-03"):
        show.line("")
        show.line(say(f"On {day}:", f"{day}："), "bold")
        for sentence in list(story.sentences(story.ask(reached, DEBTOR, {"as_of": day})))[1:]:
            show.line(f"  {sentence}")


def _came_in() -> list[tuple[str, str, str]]:
    who = say("ERP, bank", "ERP、银行")
    return [(on.isoformat(), who, _sentence(event)) for on, _, event in FACTS]


def _sentence(event: Event) -> str:
    match event:
        case DebtorRegistered():
            return say("becomes a debtor", "建立客户档案")
        case CreditLimitSet():
            return say(f"may owe up to {event.amount}", f"信用额度 {event.amount}")
        case ShipmentDispatched():
            return say(f"is sent goods for {event.amount}", f"发货 {event.amount}")
        case InvoiceIssued():
            return say(
                f"is billed {event.amount} ({event.invoice}), due {event.due_on}",
                f"开票 {event.amount}（{event.invoice}），到期 {event.due_on}",
            )
        case PromiseMade():
            return say(
                f"promises {event.amount} by {event.due_on}",
                f"承诺 {event.due_on} 前付 {event.amount}",
            )
        case PaymentReceived():
            return say(f"pays {event.amount}", f"付款 {event.amount}")
        case _:
            return event.TYPE


def _became_of_promises(promises: dict[str, Any]) -> list[tuple[str, str, str]]:
    who = say("promises", "承诺服务")
    return [
        (
            promise["due_on"],
            who,
            say(
                f"promise {promise['promise']}: {promise['state']}, {promise['received']} came",
                f"承诺 {promise['promise']}：{promise['state']}，到账 {promise['received']}",
            ),
        )
        for promise in promises["items"]
    ]


def _was_said(notifier: dict[str, Any]) -> list[tuple[str, str, str]]:
    who = say("notifier", "通知服务")
    lines = []
    for entry in notifier["history"]:
        step, kind = entry["step"], entry["kind"]
        began = say(f"{step} ({kind}) is raised", f"{step}（{kind}）生效")
        lines.append((entry["effective_on"], who, began))
        if entry.get("lifted_on"):
            lines.append((entry["lifted_on"], who, say(f"{step} is lifted", f"{step} 解除")))
    return lines
