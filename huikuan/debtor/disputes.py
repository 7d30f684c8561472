"""Disputes and pauses: what is kept from dunning, and when."""

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.dealings import Dispute, Pause
from huikuan.debtor.early import keep_early
from huikuan.debtor.setting import Setting, Terms
from huikuan.debtor.things import NEVER, Day, Kind
from huikuan.events.codec import minor_of
from huikuan.events.relations import DisputeOpened, DisputeResolved, DunningPaused, DunningResumed


def open_dispute(
    account: Account, event: DisputeOpened, _event_id: str, on: Day, _setting: Setting
) -> None:
    """Part of an item is contested; the item may come later."""
    name = name_of(event.company, event.dispute)
    if any(dispute.name == name for dispute in account.disputes):
        return
    dispute = Dispute(name, event.company, event.invoice, event.instalment or "", event.amount, on)
    account.disputes = (*account.disputes, dispute)


def resolve_dispute(
    account: Account, event: DisputeResolved, event_id: str, on: Day, _setting: Setting
) -> None:
    """A dispute ended; how much of it was right stays shielded until it is credited."""
    name = name_of(event.company, event.dispute)
    for dispute in account.disputes:
        if dispute.name == name:
            if dispute.resolved_on == NEVER:
                dispute.resolved_on = on
                dispute.upheld = _upheld(dispute, event)
            return
    keep_early(account, f"dispute:{name}", event, event_id)


def _upheld(dispute: Dispute, event: DisputeResolved) -> str:
    if event.outcome == "rejected":
        return "0"
    if event.outcome == "partly":
        return event.accepted_amount or "0"
    return event.accepted_amount or dispute.amount


def shields(account: Account, book_at: int, on: Day, terms: Terms) -> dict[int, int]:
    """What disputes keep from dunning of each open item of a book, never more than is open."""
    return _shields(account, book_at, on, with_open=terms.shield == "open")


def upheld_shields(account: Account, book_at: int, on: Day) -> dict[int, int]:
    """Likewise, of disputes that were found right only: they alone lift what is in force."""
    return _shields(account, book_at, on, with_open=False)


def _shields(account: Account, book_at: int, on: Day, *, with_open: bool) -> dict[int, int]:
    book = account.books[book_at]
    shielded: dict[int, int] = {}
    for dispute in account.disputes:
        if dispute.company != book.company:
            continue
        if on < dispute.resolved_on:
            if not with_open or on < dispute.opened_on:
                continue
            left = minor_of(dispute.amount, book.currency)
        else:
            left = minor_of(dispute.upheld, book.currency)
        left -= _credited(account, dispute, book_at)
        for at in book.open:
            if left <= 0:
                break
            item = account.items[at]
            if item.invoice != dispute.invoice or dispute.instalment not in ("", item.instalment):
                continue
            part = min(left, item.open_minor - shielded.get(at, 0))
            shielded[at] = shielded.get(at, 0) + part
            left -= part
    return shielded


def _credited(account: Account, dispute: Dispute, book_at: int) -> int:
    """How much of what is contested its credit notes have granted."""
    answers = {
        at
        for at, money in enumerate(account.moneys)
        if money.credit and money.book == book_at and dispute.name in money.names
    }
    if not answers:
        return 0
    return sum(
        entry.amount_minor
        for entry in account.journal
        if entry.kind is Kind.NAMED
        and entry.money in answers
        and account.items[entry.item].invoice == dispute.invoice
    )


def pause_dunning(
    account: Account, event: DunningPaused, _event_id: str, on: Day, _setting: Setting
) -> None:
    """No new step for a while."""
    name = name_of(event.company, event.pause)
    if any(pause.name == name for pause in account.pauses):
        return
    pause = Pause(name, event.company, on, event.until.toordinal(), NEVER, event.invoices)
    account.pauses = (*account.pauses, pause)


def resume_dunning(
    account: Account, event: DunningResumed, event_id: str, on: Day, _setting: Setting
) -> None:
    """A pause ended early."""
    name = name_of(event.company, event.pause)
    for pause in account.pauses:
        if pause.name == name:
            pause.resumed_on = min(pause.resumed_on, on)
            return
    keep_early(account, f"pause:{name}", event, event_id)


def pauses_on(account: Account, on: Day) -> list[Pause]:
    """The pauses that hold on a day: from their first day through their last."""
    return [
        pause for pause in account.pauses if pause.on <= on <= pause.until and on < pause.resumed_on
    ]
