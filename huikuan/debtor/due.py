"""Due dates that an event sets: delivery, acceptance, a milestone, the receipt of the invoice."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.allocation import items_named
from huikuan.debtor.dealings import DueRule, Milestone, Proof
from huikuan.debtor.early import keep_early
from huikuan.debtor.posting import move_open_item
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.events.sales import DueAfter, InvoiceDelivered, MilestoneReached


def due_by(rule: DueRule, event_on: Day) -> Day:
    """The due date by an event: months, then days, then the month's end; never after the latest."""
    on = _months_later(date.fromordinal(event_on), rule.months) + timedelta(days=rule.days)
    if rule.end_of_month:
        on = on.replace(day=monthrange(on.year, on.month)[1])
    return min(on.toordinal(), rule.latest_on)


def _months_later(on: date, months: int) -> date:
    """The same day of a later month, or its last: 31 January and one month is 28 February."""
    year, month = divmod(on.month - 1 + months, 12)
    year += on.year
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def wait_for_due(account: Account, at: int, due_after: DueAfter) -> None:
    """An item whose due date an event will set, or has set before it was invoiced."""
    latest = NEVER if due_after.latest_on is None else due_after.latest_on.toordinal()
    rule = DueRule(
        at, due_after.event, due_after.days, due_after.months, due_after.end_of_month, latest
    )
    account.due_rules = (*account.due_rules, rule)


def set_due_if_reached(account: Account, at: int, on: Day) -> None:
    """Set an item's due date where its event came before the invoice did."""
    item = account.items[at]
    company = account.books[item.book].company
    covers = [cover for cover in account.covers if cover.item == at]
    shipments = {cover.shipment for cover in covers}
    accepted = [
        shipment.accepted_on
        for shipment in account.shipments
        if shipment.accepted_on and shipment.name in shipments
    ]
    if accepted:
        set_due_by(account, at, ("acceptance", "delivery"), min(accepted), on)
    orders = {cover.order for cover in covers}
    name = name_of(company, item.invoice)
    for milestone in account.milestones:
        if milestone.invoice == name or (milestone.order and milestone.order in orders):
            set_due_by(account, at, ("milestone",), milestone.on, on)


def set_due_by(account: Account, at: int, events: Collection[str], event_on: Day, on: Day) -> None:
    """Set an item's due date if it waits for one of these events; the first of them counts."""
    for rule in account.due_rules:
        if rule.item == at and rule.event in events:
            account.due_rules = tuple(each for each in account.due_rules if each is not rule)
            move_open_item(account, at, due_by(rule, event_on), on)
            return


def deliver_invoice(
    account: Account, event: InvoiceDelivered, event_id: str, on: Day, _setting: Setting
) -> None:
    """An invoice reached the debtor."""
    named = items_named(account, event.company, event.invoice)
    name = name_of(event.company, event.invoice)
    if not named:
        keep_early(account, f"invoice:{name}", event, event_id)
    elif event.proof:
        account.proofs = (*account.proofs, Proof(event.on.toordinal(), name, event.proof))
    for at in named:
        set_due_by(account, at, ("invoice_receipt", "delivery"), event.on.toordinal(), on)


def reach_milestone(
    account: Account, event: MilestoneReached, _event_id: str, on: Day, _setting: Setting
) -> None:
    """A milestone was reached, of an invoice or of every invoice of an order."""
    invoice = name_of(event.company, event.invoice) if event.invoice else ""
    order = name_of(event.company, event.order) if event.order else ""
    account.milestones = (*account.milestones, Milestone(on, invoice, order))
    named = items_named(account, event.company, event.invoice) if event.invoice else []
    named += [cover.item for cover in account.covers if order and cover.order == order]
    for at in named:
        set_due_by(account, at, ("milestone",), on, on)
