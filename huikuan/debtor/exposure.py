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
    company = event.company
    book_at = book_of(account, company, event.currency)
    name = name_of(company, event.order)
    amount_minor = left_minor = minor(event.amount)
    orders = account.orders
    at = (account.index or index_of(account)).orders.setdefault(name, len(orders))
    if at == len(orders):
        orders.append(Order(name, book_at, amount_minor, 0, True))
    else:
        order = orders[at]
        if order.confirmed:
            return
        order.book = book_at
        order.confirmed = True
        order.confirmed_minor = amount_minor
        left_minor = ordered_minor(order)
    expose(account.books[book_at], on, ordered_minor=left_minor)


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
    name = name_of(company, event.shipment)
    amount_minor = moved_minor = left_minor = minor(event.amount)
    shipments = account.shipments
    at = (account.index or index_of(account)).shipments.setdefault(name, len(shipments))
    if at == len(shipments):
        shipments.append(Shipment(name, book_at, amount_minor, 0, 0, 0, True))
    else:
        shipment = shipments[at]
        if shipment.dispatched:
            return
        shipment.book = book_at
        shipment.dispatched = True
        shipment.dispatched_minor = amount_minor
        left_minor = shipped_minor(shipment)
        moved_minor = max(0, amount_minor - shipment.ahead_minor)
    book = account.books[book_at]
    if event.order is None:
        expose(book, on, shipped_minor=left_minor)
        return
    taken = _take(_order(account, name_of(company, event.order), book_at), moved_minor, book_at)
    expose(book, on, ordered_minor=-taken, shipped_minor=left_minor)


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
    left = shipment.dispatched_minor - shipment.gone_minor
    shipment.gone_minor += amount_minor
    if left >= amount_minor > 0:  # nearly always
        expose(account.books[shipment.book], on, shipped_minor=-amount_minor)
        return
    change_minor = shipped_minor(shipment) - max(0, left)
    if change_minor:
        expose(account.books[shipment.book], on, shipped_minor=change_minor)


def _take(order: Order, amount_minor: int, book_at: int) -> int:
    """How much leaves ``ordered`` where an amount of an order is shipped or billed."""
    if order.book != book_at and order.book != NOTHING:  # noqa: PLR1714 - twice as fast
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
