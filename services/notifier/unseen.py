"""Facts after which nothing need be decided: they are folded, and the debtor is not looked at.

An order or a shipment changes only what is at risk, which a plain policy does not ask. Where he was
decided about since whatever else changed, deciding about him again says nothing (laws 5 and 6).
"""

import msgspec

from huikuan.debtor.fold import receive
from huikuan.eventlog.record import Record
from huikuan.events.codec import decode, effective_on
from huikuan.events.sales import GoodsReturned, OrderCancelled, OrderConfirmed, ShipmentDispatched
from services.notifier.shared import Shared
from services.notifier.watched import Watched

_AT_RISK_ONLY = frozenset(
    kind.TYPE for kind in (OrderConfirmed, OrderCancelled, ShipmentDispatched, GoodsReturned)
)


def fold_unseen(watched: Watched, record: Record, shared: Shared) -> bool:
    """Fold a fact after which nothing need be decided; False where it is not known to be one.

    Not where it does not count yet, sorts before what was folded, or is effective by when
    something took effect: then that may have to be retracted.
    """
    meta, plain, day = record.meta, watched.plain, shared.setting.open_on
    if meta is None or meta.type not in _AT_RISK_ONLY or day is None:
        return False
    if plain is None or not plain.fits:  # he was not decided about since, or by more
        return False
    try:
        event = decode(meta.type, record.value)
    except msgspec.MsgspecError:
        return False
    on = effective_on(event)
    if on > day or any(each.effective_on >= on for each in watched.case.open):
        return False
    watched.sight = None
    return receive(watched.account, event, meta.id, shared.setting)
