"""What became of promises (付款承诺): a function of what was promised and what was received.

A receipt serves promises by due date, from the day a promise was made through its promised date
and the tolerance of the policy in force on that date, unless its remittance names only other
items. So it never matters when anybody looks.
"""

from bisect import bisect_left
from datetime import date, timedelta
from typing import Literal

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.dealings import Promise
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting, terms_on
from huikuan.debtor.things import NEVER, Day, Money

State = Literal["open", "kept", "partly_kept", "broken", "withdrawn", "replaced"]
NOT_KEPT = ("broken", "partly_kept", "withdrawn", "replaced")


class JudgedStage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a promise, as of a day; amounts in minor units."""

    due_on: date
    window_end_on: date
    """The last day on which money still counts."""
    amount_minor: int
    received_minor: int
    late_minor: int
    """Received after the window."""
    state: State


class JudgedPromise(msgspec.Struct, frozen=True, kw_only=True):
    """A promise, as of a day; amounts in minor units."""

    promise: str
    company: str
    currency: str
    made_on: date
    due_on: date
    """Of its last stage."""
    invoices: tuple[str, ...]
    state: State
    amount_minor: int
    received_minor: int
    """Within the window."""
    shortfall_minor: int
    """What part payments and passed dates have left unpaid; 0 where nothing was due or paid."""
    owed_shortfall_minor: int
    """The part of it whose promised date has passed, at most what is still open."""
    level: int
    """How many earlier promises for the same debt were not kept."""
    cured_late_days: int | None
    """Days from the promised date to full payment after the window; None: not so."""
    stages: tuple[JudgedStage, ...]
    alive: bool
    """Still defers dunning."""
    cover_minor: int
    """What a living promise still keeps from dunning, if so much is open."""
    debt_open: bool
    """Not kept, and what it was for is still owed."""


class _Stage(msgspec.Struct):
    due_on: Day
    end_on: Day
    amount_minor: int
    needed_minor: int
    received_minor: int = 0
    late_minor: int = 0
    cured_on: Day = NEVER

    @property
    def kept(self) -> bool:
        return self.received_minor >= self.needed_minor


def judge(account: Account, day: date, setting: Setting) -> list[JudgedPromise]:
    """Every promise made by a day, by due date, as of that day."""
    return judge_known(account_on(account, day, setting), day.toordinal(), setting)


def judge_known(account: Account, on: Day, setting: Setting) -> list[JudgedPromise]:
    """Likewise, of an account that is as of that day already."""
    judged: list[JudgedPromise] = []
    for book_at in range(len(account.books)):
        promises = [each for each in account.promises if each.book == book_at]
        if promises:
            judged += _judge_book(account, book_at, promises, on, setting)
    judged.sort(key=lambda each: (each.due_on, each.made_on, each.company, each.promise))
    return judged


def _judge_book(
    account: Account, book_at: int, promises: list[Promise], on: Day, setting: Setting
) -> list[JudgedPromise]:
    ends = {promise.name: _ended_on(promise, promises) for promise in promises}
    staged = {promise.name: _stages(promise, setting) for promise in promises}
    _serve(account, book_at, promises, staged, ends)
    judged: list[JudgedPromise] = []
    for promise in promises:
        level = sum(
            before.state in NOT_KEPT and _same_debt(before.invoices, promise.invoices)
            for before in judged
        )
        stages = staged[promise.name]
        judged.append(_judged(account, promise, stages, ends[promise.name], level, on))
    return judged


def _ended_on(promise: Promise, promises: list[Promise]) -> tuple[Day, State]:
    """When a promise was withdrawn or replaced, if it was."""
    replacing = (each.on for each in promises if each.replaces == promise.name)
    replaced_on = min(replacing, default=NEVER)
    if promise.withdrawn_on <= replaced_on:
        return promise.withdrawn_on, "withdrawn"
    return replaced_on, "replaced"


def _stages(promise: Promise, setting: Setting) -> list[_Stage]:
    stages = []
    for stage in promise.stages:
        terms = terms_on(setting, date.fromordinal(stage.due_on))
        needed = -(-stage.amount_minor * terms.keep_threshold_percent // 100)
        end_on = stage.due_on + terms.tolerance_days
        stages.append(_Stage(stage.due_on, end_on, stage.amount_minor, needed))
    return sorted(stages, key=lambda stage: stage.due_on)


def _same_debt(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _serve(
    account: Account,
    book_at: int,
    promises: list[Promise],
    staged: dict[str, list[_Stage]],
    ends: dict[str, tuple[Day, State]],
) -> None:
    """Let each receipt serve the promises by due date; then what is left cures missed ones."""
    receipts = [
        money
        for money in account.moneys
        if money.book == book_at and not money.credit and money.amount_minor > money.gone_minor
    ]
    receipts.sort(key=lambda money: money.value_on)
    values = [money.value_on for money in receipts]
    left = [money.amount_minor - money.gone_minor for money in receipts]
    queue = sorted(
        ((stage, promise) for promise in promises for stage in staged[promise.name]),
        key=lambda pair: (pair[0].due_on, pair[1].on, pair[1].name),
    )
    for stage, promise in queue:
        end_on = min(stage.end_on, ends[promise.name][0] - 1)
        for at in range(bisect_left(values, promise.on), len(values)):
            if values[at] > end_on or stage.received_minor == stage.amount_minor:
                break
            if serves(receipts[at], promise):
                part = min(left[at], stage.amount_minor - stage.received_minor)
                stage.received_minor += part
                left[at] -= part
    for stage, promise in queue:
        if not stage.kept and ends[promise.name][0] > stage.end_on:
            _cure(stage, promise, receipts, left)


def _cure(stage: _Stage, promise: Promise, receipts: list[Money], left: list[int]) -> None:
    for at, money in enumerate(receipts):
        if money.value_on > stage.end_on and left[at] and serves(money, promise):
            part = min(left[at], stage.amount_minor - stage.received_minor - stage.late_minor)
            stage.late_minor += part
            left[at] -= part
            if stage.cured_on == NEVER and (
                stage.received_minor + stage.late_minor >= stage.needed_minor
            ):
                stage.cured_on = money.value_on


def serves(money: Money, promise: Promise) -> bool:
    """Whether a receipt may serve a promise: not where its remittance names only other items."""
    names = money.names
    return not names or not promise.invoices or not set(names).isdisjoint(promise.invoices)


def _judged(
    account: Account,
    promise: Promise,
    stages: list[_Stage],
    ended: tuple[Day, State],
    level: int,
    on: Day,
) -> JudgedPromise:
    book = account.books[promise.book]
    ended_on = ended[0] if ended[0] <= on else NEVER
    missed = [stage for stage in stages if not stage.kept and stage.end_on < min(on, ended_on)]
    received_minor = sum(stage.received_minor for stage in stages)
    state = _state(stages, missed, ended[1] if ended_on != NEVER else None)
    alive = state == "open"
    shortfall = overdue = 0
    if alive or missed:
        for stage in stages:
            lacking = 0 if stage.kept else _lacking_minor(stage)
            if stage.due_on < on:
                overdue += lacking
            if stage.due_on < on or stage.received_minor:
                shortfall += lacking
    owed = _owed_minor(account, promise) if overdue else 0
    cured_on = max((stage.cured_on for stage in missed), default=NEVER)
    cured = cured_on != NEVER and not overdue
    last_missed = max((stage.due_on for stage in missed), default=on)
    cover = sum(stage.amount_minor - stage.received_minor for stage in stages if not stage.kept)
    return JudgedPromise(
        promise=promise.promise,
        company=book.company,
        currency=book.currency,
        made_on=date.fromordinal(promise.on),
        due_on=date.fromordinal(stages[-1].due_on),
        invoices=promise.invoices,
        state=state,
        amount_minor=promise.amount_minor,
        received_minor=received_minor,
        shortfall_minor=shortfall,
        owed_shortfall_minor=min(overdue, owed),
        level=level,
        cured_late_days=cured_on - last_missed if cured else None,
        stages=tuple(_judged_stage(stage, state, min(on, ended_on)) for stage in stages),
        alive=alive,
        cover_minor=cover if alive else 0,
        debt_open=bool(missed) and min(overdue, owed) > 0,
    )


def _state(stages: list[_Stage], missed: list[_Stage], ended: State | None) -> State:
    if all(stage.kept for stage in stages):
        return "kept"
    if missed:
        return "partly_kept" if any(stage.received_minor for stage in stages) else "broken"
    return ended or "open"


def _lacking_minor(stage: _Stage) -> int:
    return stage.amount_minor - stage.received_minor - stage.late_minor


def _judged_stage(stage: _Stage, whole: State, on: Day) -> JudgedStage:
    state: State
    if stage.kept:
        state = "kept"
    elif stage.end_on < on:
        state = "partly_kept" if stage.received_minor else "broken"
    else:
        state = whole if whole in ("withdrawn", "replaced") else "open"
    return JudgedStage(
        due_on=date.fromordinal(stage.due_on),
        window_end_on=date.fromordinal(stage.due_on) + timedelta(stage.end_on - stage.due_on),
        amount_minor=stage.amount_minor,
        received_minor=stage.received_minor,
        late_minor=stage.late_minor,
        state=state,
    )


def promised_items(account: Account, promise: JudgedPromise, book_at: int) -> list[int]:
    """The open items that a promise is about, oldest due first."""
    opened = account.books[book_at].open
    if not promise.invoices:
        return opened
    return [at for at in opened if account.items[at].invoice in promise.invoices]


def _owed_minor(account: Account, promise: Promise) -> int:
    """What is open of a promise's invoices; of one without, what was issued by its last date."""
    last_on = max(stage.due_on for stage in promise.stages)
    owed = 0
    for at in account.books[promise.book].open:
        item = account.items[at]
        if item.invoice in promise.invoices if promise.invoices else item.on <= last_on:
            owed += item.open_minor
    return owed
