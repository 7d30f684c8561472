"""What promises weigh on a day: which receipts served them, and what they still defer.

A receipt serves promises by due date, from the day a promise was made through its promised date
and the tolerance of the policy in force on that date, unless its remittance names only other
items. So it never matters when anybody looks.
"""

from bisect import bisect_left
from datetime import date
from typing import Literal

import msgspec

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.dealings import Promise
from huikuan.debtor.setting import NO_POLICY, Setting, Terms, terms_on
from huikuan.debtor.things import NEVER, Day, Money

State = Literal["open", "kept", "partly_kept", "broken", "withdrawn", "replaced"]


class WeighedStage(msgspec.Struct, gc=False):
    """One stage of a promise and what was received for it, in minor units."""

    due_on: Day
    end_on: Day
    """The last day on which money still counts."""
    amount_minor: int
    needed_minor: int
    received_minor: int = 0
    late_minor: int = 0
    """Received after the window."""
    cured_on: Day = NEVER
    """When enough was there after all."""


class Weighed(msgspec.Struct, gc=False):
    """A promise as of a day; amounts in minor units."""

    promise: Promise
    stages: list[WeighedStage]
    ended_on: Day
    """When it was withdrawn or replaced."""
    ended: State
    state: State = "open"
    missed: bool = False
    received_minor: int = 0
    shortfall_minor: int = 0
    """What part payments and passed dates have left unpaid."""
    overdue_minor: int = 0
    """The part of it whose promised date has passed."""
    cover_minor: int = 0
    """What a living promise keeps from dunning, if so much is open."""

    @property
    def alive(self) -> bool:
        """Still defers dunning."""
        return self.state == "open"


class _Receipts(msgspec.Struct, gc=False):
    """A book's payments by value date, with what of each serves no promise yet."""

    moneys: list[Money]
    values: list[Day]
    left: list[int]


def weigh(account: Account, on: Day, setting: Setting) -> list[Weighed]:
    """Every promise, as of a day; ``account`` is as of that day already."""
    weighed = served(account, setting)
    for one in weighed:
        conclude(one, on)
    return weighed


def served(account: Account, setting: Setting) -> list[Weighed]:
    """Every promise with what was received for it, on which days ``conclude`` may be asked of."""
    promises = account.promises
    replaced: dict[str, Day] = {}
    for promise in promises:
        if promise.replaces:
            first_on = replaced.get(promise.replaces, NEVER)
            replaced[promise.replaces] = min(first_on, promise.on)
    weighed: list[Weighed] = []
    queue: list[tuple[Day, Day, str, int, Weighed]] = []
    for promise in promises:
        one = Weighed(promise, _stages(promise, setting), promise.withdrawn_on, "withdrawn")
        replaced_on = replaced.get(promise.name, NEVER)
        if replaced_on < one.ended_on:
            one.ended_on, one.ended = replaced_on, "replaced"
        weighed.append(one)
        for at, stage in enumerate(one.stages):
            queue.append((stage.due_on, promise.on, promise.name, at, one))
    queue.sort(key=_by_due_date)
    _serve(account, queue)
    return weighed


def _by_due_date(queued: tuple[Day, Day, str, int, Weighed]) -> tuple[Day, Day, str, int]:
    return queued[:4]


def _stages(promise: Promise, setting: Setting) -> list[WeighedStage]:
    stages = []
    for stage in promise.stages:
        due_on, amount_minor = stage.due_on, stage.amount_minor
        terms = _terms(due_on, setting)
        needed_minor = -(-amount_minor * terms.keep_threshold_percent // 100)
        stages.append(
            WeighedStage(due_on, due_on + terms.tolerance_days, amount_minor, needed_minor)
        )
    if len(stages) > 1:
        stages.sort(key=lambda stage: stage.due_on)
    return stages


def counts_until(promise: Promise, setting: Setting) -> Day:
    """The last day on which money still counts for a promise; after it, it defers nothing."""
    return max([last_on(stage.due_on, setting) for stage in promise.stages])


def last_on(due_on: Day, setting: Setting) -> Day:
    """The last day on which money counts for what was promised for a day."""
    return due_on + _terms(due_on, setting).tolerance_days


def _terms(due_on: Day, setting: Setting) -> Terms:
    """Those by which money promised for a day is judged."""
    return terms_on(setting, date.fromordinal(due_on)) if setting.terms else NO_POLICY


def _serve(account: Account, queue: list[tuple[Day, Day, str, int, Weighed]]) -> None:
    """Let each receipt serve the promises by due date; then what is left cures missed ones."""
    books: dict[int, _Receipts] = {}
    for _, _, _, at, one in queue:
        book_at = one.promise.book
        receipts = books.get(book_at)
        if receipts is None:
            receipts = books[book_at] = _receipts(account, book_at)
        if receipts.values:
            _serve_stage(one, one.stages[at], receipts)
    for _, _, _, at, one in queue:
        stage = one.stages[at]
        if stage.received_minor < stage.needed_minor and one.ended_on > stage.end_on:
            receipts = books[one.promise.book]
            if receipts.values and receipts.values[-1] > stage.end_on:
                _cure(stage, one.promise, receipts)


def _receipts(account: Account, book_at: int) -> _Receipts:
    moneys = [
        money
        for money in account.moneys
        if money.book == book_at and not money.credit and money.amount_minor > money.gone_minor
    ]
    moneys.sort(key=lambda money: money.value_on)
    return _Receipts(
        moneys,
        [money.value_on for money in moneys],
        [money.amount_minor - money.gone_minor for money in moneys],
    )


def _serve_stage(one: Weighed, stage: WeighedStage, receipts: _Receipts) -> None:
    promise, values, left = one.promise, receipts.values, receipts.left
    end_on = min(stage.end_on, one.ended_on - 1)
    lacking = stage.amount_minor
    for at in range(bisect_left(values, promise.on), len(values)):
        if values[at] > end_on or not lacking:
            break
        if left[at] and serves(receipts.moneys[at], promise):
            part = min(left[at], lacking)
            lacking -= part
            left[at] -= part
    stage.received_minor = stage.amount_minor - lacking


def _cure(stage: WeighedStage, promise: Promise, receipts: _Receipts) -> None:
    values, left = receipts.values, receipts.left
    for at in range(bisect_left(values, stage.end_on + 1), len(values)):
        if left[at] and serves(receipts.moneys[at], promise):
            lacking = stage.amount_minor - stage.received_minor - stage.late_minor
            part = min(left[at], lacking)
            stage.late_minor += part
            left[at] -= part
            if (
                stage.cured_on == NEVER
                and stage.received_minor + stage.late_minor >= stage.needed_minor
            ):
                stage.cured_on = values[at]


def serves(money: Money, promise: Promise) -> bool:
    """Whether a receipt may serve a promise: not where its remittance names only other items."""
    names, invoices = money.names, promise.invoices
    return not names or not invoices or not set(names).isdisjoint(invoices)


def conclude(one: Weighed, on: Day) -> None:
    """Say what became of a promise by a day, once its receipts are known; for any day anew."""
    judged_on = min(one.ended_on, on)
    kept, one.missed = True, False
    one.received_minor = one.shortfall_minor = one.overdue_minor = one.cover_minor = 0
    for stage in one.stages:
        received_minor = stage.received_minor
        one.received_minor += received_minor
        if received_minor >= stage.needed_minor:
            continue
        kept = False
        if stage.end_on < judged_on:
            one.missed = True
        cured = stage.cured_on != NEVER
        lacking = 0 if cured else stage.amount_minor - received_minor - stage.late_minor
        if stage.due_on < on:
            one.overdue_minor += lacking
            one.shortfall_minor += lacking
        elif received_minor:
            one.shortfall_minor += lacking
        one.cover_minor += lacking
    one.state = _state(one, on, kept=kept)
    if one.state != "open":
        one.cover_minor = 0
    if one.state in ("kept", "withdrawn", "replaced"):
        one.shortfall_minor = one.overdue_minor = 0


def _state(one: Weighed, on: Day, *, kept: bool) -> State:
    if kept:
        return "kept"
    if one.missed:
        return "partly_kept" if one.received_minor else "broken"
    return one.ended if one.ended_on <= on else "open"


def owed_minor(account: Account, promise: Promise) -> int:
    """What is open of a promise's invoices; of one without, what was issued by its last date.

    Fees are left out: for them nothing is demanded.
    """
    last_on = max(stage.due_on for stage in promise.stages)
    owed = 0
    book, fees = account.books[promise.book], account.fees
    for at in book.open:
        item = account.items[at]
        if fees and name_of(book.company, item.invoice) in fees:
            continue
        if item.invoice in promise.invoices if promise.invoices else item.on <= last_on:
            owed += item.open_minor
    return owed
