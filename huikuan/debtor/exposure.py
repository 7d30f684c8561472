"""Orders and shipments: value that is not invoiced yet, each unit of it in exactly one bucket.

What is only heard of (the order of a shipment, say) is remembered as moved or billed already, so
that it does not matter which fact is known first.
"""

from huikuan.debtor.account import Account, book_of, index_of, name_of
from huikuan.debtor.dealings import Cover, Order, Shipment
from huikuan.debtor.due import set_due_by
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NOTHING, Book, Day, Exposure
from huikuan.events.codec import minor
from huikuan.events.sales import (
    GoodsReturned,
    OrderCancelled,
    OrderConfirmed,
    ShipmentAccepted,
    ShipmentDispatched,
)


def expose(
    book: Book, on: Day, *, ordered_minor: int = 0, shipped_minor: int = 0, bills_minor: int = 0
) -> None:
    """Change what stands in the buckets of a book from a day on, in minor units."""
    exposures = book.exposures
    last = exposures[-1] if exposures else _NOTHING_YET
    exposure = Exposure(
        on,
        last.ordered_minor + ordered_minor,
        last.shipped_minor + shipped_minor,
        last.bills_minor + bills_minor,
    )
    if last.on == on:
        exposures[-1] = exposure
    else:
        exposures.append(exposure)


def exposure_on(book: Book, on: Day) -> Exposure:
    """What stood in the buckets at the close of a day."""
    for exposure in reversed(book.exposures):
        if exposure.on <= on:
            return exposure
    return _NOTHING_YET


_NOTHING_YET = Exposure(0)


def exposed_minor(account: Account, on: Day) -> dict[str, int]:
    """All that is at risk at the close of a day, less unapplied money, in minor units by currency.

    Of an account as it is folded, so of its last day or a later one.
    """
    totals: dict[str, int] = {}
    items, moneys = account.items, account.moneys
    for book in account.books:
        buckets = exposure_on(book, on)
        exposed = buckets.ordered_minor + buckets.shipped_minor + buckets.bills_minor
        exposed += sum([items[at].open_minor for at in book.open])
        exposed -= sum([moneys[at].free_minor for at in book.free])
        totals[book.currency] = totals.get(book.currency, 0) + exposed
    return totals


def ordered_minor(order: Order) -> int:
    """What of an order is neither shipped nor billed nor cancelled."""
    left = order.confirmed_minor - order.moved_minor
    return left if left > 0 and not order.cancelled else 0


def shipped_minor(shipment: Shipment) -> int:
    """What of a shipment is neither billed nor returned."""
    left = shipment.dispatched_minor - shipment.gone_minor
    return left if left > 0 else 0  # noqa: FURB136 - a call takes longer than all the rest


def confirm_order(
    account: Account, event: OrderConfirmed, _event_id: str, on: Day, _setting: Setting
) -> None:
    """An order: what of it is not shipped already is ordered."""
    book_at = book_of(account, event.company, event.currency)
    order = _order(account, name_of(event.company, event.order), book_at)
    if order.confirmed:
        return
    order.book = book_at
    order.confirmed = True
    order.confirmed_minor = minor(event.amount)
    expose(account.books[book_at], on, ordered_minor=ordered_minor(order))


def cancel_order(
    account: Account, event: OrderCancelled, _event_id: str, on: Day, _setting: Setting
) -> None:
    """The undelivered rest of an order was cancelled."""
    order = _order(account, name_of(event.company, event.order), NOTHING)
    before = ordered_minor(order)
    order.cancelled = True
    if before:
        expose(account.books[order.book], on, ordered_minor=-before)


def dispatch(
    account: Account, event: ShipmentDispatched, _event_id: str, on: Day, _setting: Setting
) -> None:
    """Goods left: from ordered to shipped and unbilled."""
    company = event.company
    book_at = book_of(account, company, event.currency)
    shipment = _shipment(account, name_of(company, event.shipment), book_at)
    if shipment.dispatched:
        return
    shipment.book = book_at
    shipment.dispatched = True
    shipment.dispatched_minor = amount_minor = minor(event.amount)
    from_order = 0
    if event.order is not None:
        order = _order(account, name_of(company, event.order), book_at)
        from_order = _take(order, max(0, amount_minor - shipment.ahead_minor), book_at)
    shipped = shipped_minor(shipment) if shipment.gone_minor else amount_minor
    expose(account.books[book_at], on, ordered_minor=-from_order, shipped_minor=shipped)


def accept_shipment(
    account: Account, event: ShipmentAccepted, _event_id: str, on: Day, _setting: Setting
) -> None:
    """The debtor accepted a shipment: what was to be due after it is due by it."""
    name = name_of(event.company, event.shipment)
    shipment = _shipment(account, name, NOTHING)
    if shipment.accepted_on:
        return
    shipment.accepted_on = on
    for cover in account.covers:
        if cover.shipment == name:
            set_due_by(account, cover.item, ("acceptance", "delivery"), on, on)


def take_return(
    account: Account, event: GoodsReturned, _event_id: str, on: Day, _setting: Setting
) -> None:
    """Goods came back: less is shipped and unbilled; an invoice is not touched."""
    book_at = book_of(account, event.company, event.currency)
    shipment = _shipment(account, name_of(event.company, event.shipment), book_at)
    _bill_shipment(account, shipment, minor(event.amount), on)


def bill(account: Account, cover: Cover, on: Day, sign: int = 1) -> None:
    """Move what an invoice covers out of ordered or shipped; with ``sign`` -1 back."""
    book_at = account.items[cover.item].book
    amount_minor = sign * cover.amount_minor
    if cover.shipment:
        shipment = _shipment(account, cover.shipment, book_at)
        _bill_shipment(account, shipment, amount_minor, on)
        if shipment.dispatched or not cover.order:
            return
        shipment.ahead_minor += amount_minor
    if cover.order:
        taken = _take(_order(account, cover.order, book_at), amount_minor, book_at)
        if taken:
            expose(account.books[book_at], on, ordered_minor=-taken)


def _bill_shipment(account: Account, shipment: Shipment, amount_minor: int, on: Day) -> None:
    before = shipped_minor(shipment)
    shipment.gone_minor += amount_minor
    after = shipped_minor(shipment)
    if after != before:
        expose(account.books[shipment.book], on, shipped_minor=after - before)


def _take(order: Order, amount_minor: int, book_at: int) -> int:
    """How much leaves ``ordered`` where an amount of an order is shipped or billed."""
    if order.book not in (NOTHING, book_at):
        return 0  # amounts of two currencies never meet
    before = ordered_minor(order)
    order.moved_minor += amount_minor
    return before - ordered_minor(order)


def _order(account: Account, name: str, book_at: int) -> Order:
    orders = index_of(account).orders
    at = orders.get(name)
    if at is None:
        at = orders[name] = len(account.orders)
        account.orders.append(Order(name, book_at))
    return account.orders[at]


def _shipment(account: Account, name: str, book_at: int) -> Shipment:
    shipments = (account.index or index_of(account)).shipments
    at = shipments.get(name)
    if at is not None:
        return account.shipments[at]
    shipments[name] = len(account.shipments)
    shipment = Shipment(name, book_at)
    account.shipments.append(shipment)
    return shipment
