"""From facts to the account: in canonical order, whatever the order in which they arrive.

A fact that sorts last is folded at once; an earlier one asks for a refold; one that counts only
after the open day waits. So the account is a function of the set of facts effective by then.
"""

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any

from huikuan.debtor import amendment, disputes, due, exposure, items, moneys, relations, reversal
from huikuan.debtor.account import Account, Key, name_of, new_account
from huikuan.debtor.early import take_early
from huikuan.debtor.fees import cancel_fee, charge
from huikuan.debtor.overrides import end_override, set_override
from huikuan.debtor.setting import Setting
from huikuan.debtor.signals import clear_signal, raise_signal
from huikuan.debtor.things import Day
from huikuan.debtor.waiting import ready_keys, wait, waiting_key
from huikuan.events import cash, codec, ledger, notifier, promises, sales
from huikuan.events import relations as known
from huikuan.events.fields import Event

Fold = Callable[[Account, Any, str, Day, Setting], None]
"""(account, event, event id, its day, setting): lets one kind of fact count."""

FOLDS: dict[type[Event], Fold] = {
    sales.InvoiceIssued: items.issue,
    cash.PaymentReceived: moneys.receive_payment,
    sales.ShipmentDispatched: exposure.dispatch,
    promises.PromiseMade: relations.promise,
    known.DisputeOpened: disputes.open_dispute,
    known.DisputeResolved: disputes.resolve_dispute,
    known.DunningPaused: disputes.pause_dunning,
    known.DunningResumed: disputes.resume_dunning,
    known.OverrideSet: set_override,
    known.OverrideEnded: end_override,
    known.SignalRaised: raise_signal,
    known.SignalCleared: clear_signal,
    known.DebtorRegistered: relations.register,
    known.DebtorUpdated: relations.register,
    known.CreditLimitSet: relations.set_limit,
    sales.OrderConfirmed: exposure.confirm_order,
    sales.OrderCancelled: exposure.cancel_order,
    sales.ShipmentAccepted: exposure.accept_shipment,
    sales.GoodsReturned: exposure.take_return,
    sales.InvoiceCancelled: items.cancel,
    sales.InvoiceAmended: amendment.amend,
    sales.InvoiceDelivered: due.deliver_invoice,
    sales.MilestoneReached: due.reach_milestone,
    cash.CreditNoteIssued: moneys.issue_credit,
    cash.CreditNoteCancelled: reversal.cancel_credit,
    cash.PaymentReversed: reversal.reverse_payment,
    cash.ReversalCancelled: reversal.cancel_reversal,
    cash.BillCleared: moneys.clear_bill,
    cash.RefundPaid: moneys.pay_refund,
    cash.CashAllocated: reversal.allocate,
    cash.CashDeallocated: reversal.deallocate,
    cash.InvoiceWrittenOff: amendment.write_off,
    cash.WriteOffReversed: amendment.reverse_write_off,
    promises.PromiseWithdrawn: relations.withdraw,
    notifier.FeeCharged: charge,
    notifier.FeeCancelled: cancel_fee,
}
"""How each fact counts, and each charge; a test holds it against ``huikuan.events.codec``."""

MAKES: dict[type[Event], str] = {
    sales.InvoiceIssued: "invoice",
    cash.PaymentReceived: "payment",
    cash.CreditNoteIssued: "credit_note",
    cash.PaymentReversed: "reversal",
    cash.CashAllocated: "allocation",
    known.DisputeOpened: "dispute",
    known.DunningPaused: "pause",
    known.OverrideSet: "override",
    known.SignalRaised: "signal",
    promises.PromiseMade: "promise",
    notifier.FeeCharged: "invoice",
}
"""What facts make that early facts may wait for."""


Read = Callable[[Any], tuple[date, str]]


def _reader(kind: type[Event]) -> Read:
    """What a canonical key takes from a fact of this kind: its date and its business id."""
    if kind is cash.PaymentReceived:
        return _read_payment
    if not kind.NAME:
        return lambda event: (getattr(event, kind.DATE), "")
    return attrgetter(kind.DATE, kind.NAME)


def _read_payment(event: cash.PaymentReceived) -> tuple[date, str]:
    booked_on, value_on = event.booked_on, event.value_on
    return value_on if booked_on is None else min(booked_on, value_on), event.payment


_HOW: dict[type[Event], tuple[Fold, int, Read]] = {
    kind: (fold, kind.RANK, _reader(kind)) for kind, fold in FOLDS.items()
}
"""Each kind's fold, rank and reader: ``codec.canonical_key`` taken apart once, for speed."""

Keyed = tuple[Day, int, str, str, int, Fold, Event]
"""A canonical key, a number that no other has, so that folds are never compared; the fact."""


def receive(account: Account, event: Event, event_id: str, setting: Setting) -> bool:
    """Take one fact in. False: it sorts before what was folded; nothing changed, ``refold``.

    A fact that counts only after the open day waits. What is no fact changes nothing, but that
    conflicts and their settlement count at once.
    """
    how = _HOW.get(type(event))
    if how is None:
        return _note_unsettled(account, event)
    fold, rank, read = how
    on, name = read(event)
    return _receive(account, event, (on.toordinal(), rank, name, event_id), fold, setting)


def receive_all(account: Account, facts: Iterable[tuple[str, Event]], setting: Setting) -> bool:
    """Take (event id, fact) in, whatever their order, as ``receive`` would in canonical order.

    False: some sort before what was folded earlier and do not count; ``refold``.
    """
    keyed: list[Keyed] = []
    for event_id, event in facts:
        how = _HOW.get(type(event))
        if how is None:
            _note_unsettled(account, event)
            continue
        fold, rank, read = how
        day, name = read(event)
        keyed.append((day.toordinal(), rank, name, event_id, len(keyed), fold, event))
    if not keyed:
        return True
    keyed.sort()
    open_on = setting.open_on
    if open_on is not None and keyed[-1][0] <= open_on.toordinal() and not account.waiting:
        return _count(account, keyed, setting)
    in_order = True
    for on, rank, name, event_id, _, fold, event in keyed:
        in_order &= _receive(account, event, (on, rank, name, event_id), fold, setting)
    return in_order


def _count(account: Account, keyed: Iterable[Keyed], setting: Setting) -> bool:
    """As ``_receive`` does for each, where nothing has to wait or is waiting: most of a rebuild."""
    in_order, last_key = True, account.last_key
    for on, rank, name, event_id, _, fold, event in keyed:
        key = (on, rank, name, event_id)
        if key <= last_key:
            in_order &= key == last_key
            continue
        last_key = key
        fold(account, event, event_id, on, setting)
        if account.early:
            _hear_early(account, event, event_id, on, setting)
    account.last_key = last_key
    return in_order


def _receive(account: Account, event: Event, key: Key, fold: Fold, setting: Setting) -> bool:
    open_on = setting.open_on
    if open_on is None or key[0] > open_on.toordinal():
        wait(account, event, key)
        return True
    if account.waiting and (ready := ready_keys(account, open_on.toordinal())):
        if key <= ready[-1]:
            return key in ready  # once more, or before one that counts already
        advance(account, setting)
    if key <= account.last_key:
        return key == account.last_key  # the same fact once more
    account.last_key = key
    fold(account, event, key[3], key[0], setting)
    if account.early:
        _hear_early(account, event, key[3], key[0], setting)
    return True


def refold(account: Account, facts: Iterable[tuple[str, Event]], setting: Setting) -> None:
    """Fold an account anew, in place, from all its (event id, fact); any order, any repeats."""
    fresh = new_account(account.debtor)
    receive_all(fresh, facts, setting)
    fresh.unsettled = account.unsettled
    for field in Account.__struct_fields__:
        setattr(account, field, getattr(fresh, field))


def advance(account: Account, setting: Setting) -> None:
    """Let the facts count that waited for a day that is open now."""
    if setting.open_on is None or not account.waiting:
        return
    open_on = setting.open_on.toordinal()
    ready = [fact for fact in account.waiting if fact.on <= open_on]
    if not ready:
        return
    account.waiting = account.waiting[len(ready) :]
    for fact in ready:
        account.last_key = waiting_key(fact)
        event = codec.decode(fact.type, fact.value)
        FOLDS[type(event)](account, event, fact.id, fact.on, setting)
        if account.early:
            _hear_early(account, event, fact.id, fact.on, setting)


def as_of(debtor: str, facts: Iterable[tuple[str, Event]], day: date, setting: Setting) -> Account:
    """The account as of a day: of the facts effective by then, and no others."""
    account = new_account(debtor)
    then = Setting(day, setting.terms)
    known_facts = [
        (event_id, event)
        for event_id, event in facts
        if type(event) in FOLDS and codec.effective_on(event) <= day
    ]
    refold(account, known_facts, then)
    return account


def _hear_early(account: Account, event: Event, event_id: str, on: Day, setting: Setting) -> None:
    """Let facts count that waited for the thing that a fact has just made."""
    kind = MAKES.get(type(event))
    if kind is None:
        return
    document = getattr(event, event.NAME)
    if isinstance(event, cash.PaymentReversed):
        document = event.reversal or event_id
    for early_id, early in take_early(account, f"{kind}:{name_of(event.company, document)}"):
        FOLDS[type(early)](account, early, early_id, on, setting)
        if account.early:
            _hear_early(account, early, early_id, on, setting)


def _note_unsettled(account: Account, event: Event) -> bool:
    if isinstance(event, ledger.RecordConflicted):
        leave_unsettled(account, event.conflict)
    elif isinstance(event, ledger.RecordSettled):
        settled = (event.conflict, event.place)
        account.unsettled = tuple(each for each in account.unsettled if each not in settled)
    return True


def leave_unsettled(account: Account, place: str) -> None:
    """Remember a conflict, or the place of a record set aside, until it is settled."""
    account.unsettled = tuple(sorted({*account.unsettled, place}))
