"""What became of promises (付款承诺): a function of what was promised and what was received."""

from datetime import date

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.debtor.weighing import State, Weighed, WeighedStage, owed_minor, weigh

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


def judge(account: Account, day: date, setting: Setting) -> list[JudgedPromise]:
    """Every promise made by a day, by due date, as of that day."""
    on = day.toordinal()
    known = account_on(account, day, setting)
    weighed = weigh(known, on, setting)
    judged = [
        _judged(known, one, sum(_counts_against(before, one) for before in weighed[:at]), on)
        for at, one in enumerate(weighed)
    ]
    judged.sort(key=lambda each: (each.due_on, each.made_on, each.company, each.promise))
    return judged


def _counts_against(before: Weighed, one: Weighed) -> bool:
    """Whether an earlier promise was for the same debt, and not kept."""
    earlier, later = before.promise, one.promise
    if earlier.book != later.book or before.state not in NOT_KEPT:
        return False
    either_all = not earlier.invoices or not later.invoices
    return either_all or not set(earlier.invoices).isdisjoint(later.invoices)


def _judged(known: Account, one: Weighed, level: int, on: Day) -> JudgedPromise:
    promise = one.promise
    book = known.books[promise.book]
    owed_shortfall_minor = min(one.overdue_minor, owed_minor(known, promise))
    ended_on = min(one.ended_on, on)
    return JudgedPromise(
        promise=promise.promise,
        company=book.company,
        currency=book.currency,
        made_on=date.fromordinal(promise.on),
        due_on=date.fromordinal(one.stages[-1].due_on),
        invoices=promise.invoices,
        state=one.state,
        amount_minor=promise.amount_minor,
        received_minor=one.received_minor,
        shortfall_minor=one.shortfall_minor,
        owed_shortfall_minor=owed_shortfall_minor,
        level=level,
        cured_late_days=_cured_late_days(one, ended_on),
        stages=tuple(_judged_stage(stage, one.state, ended_on) for stage in one.stages),
        alive=one.alive,
        cover_minor=one.cover_minor,
    )


def _cured_late_days(one: Weighed, on: Day) -> int | None:
    """Days from the date missed to the day when enough was there; None where it is not yet."""
    missed = [
        stage
        for stage in one.stages
        if stage.received_minor < stage.needed_minor and stage.end_on < on
    ]
    if not missed or any(stage.cured_on == NEVER for stage in missed):
        return None
    last = max(missed, key=lambda stage: stage.cured_on)
    return last.cured_on - last.due_on


def _judged_stage(stage: WeighedStage, whole: State, on: Day) -> JudgedStage:
    state: State
    if stage.received_minor >= stage.needed_minor:
        state = "kept"
    elif stage.end_on < on:
        state = "partly_kept" if stage.received_minor else "broken"
    else:
        state = whole if whole in ("withdrawn", "replaced") else "open"
    return JudgedStage(
        due_on=date.fromordinal(stage.due_on),
        window_end_on=date.fromordinal(stage.end_on),
        amount_minor=stage.amount_minor,
        received_minor=stage.received_minor,
        late_minor=stage.late_minor,
        state=state,
    )
