"""What is to be said of promises: each outcome once, and again only when it changes.

A promise is kept as soon as enough money is there; the rest is known when its window has ended.
A promise with stages is told stage by stage.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from huikuan.debtor.account import name_of
from huikuan.debtor.promises import JudgedPromise, JudgedStage
from huikuan.events.codec import amount_of
from huikuan.events.promises import (
    PromiseBroken,
    PromiseKept,
    PromiseOutcome,
    PromisePartlyKept,
)

OUTCOMES: dict[str, type[PromiseOutcome]] = {
    "kept": PromiseKept,
    "partly_kept": PromisePartlyKept,
    "broken": PromiseBroken,
}
_STATES = {kind.TYPE: state for state, kind in OUTCOMES.items()}
OUTCOME_TYPES = frozenset(_STATES)

Said = Mapping[str, str]
"""What was said last of each promise or stage, by ``place_of``."""


def place_of(outcome: PromiseOutcome) -> str:
    """What an outcome is about, within a debtor: the promise, or one stage of it."""
    stage = "" if outcome.stage is None else str(outcome.stage)
    return f"{name_of(outcome.company, outcome.promise)}/{stage}"


def state_of(outcome: PromiseOutcome) -> str:
    """``kept``, ``partly_kept`` or ``broken``."""
    return _STATES[outcome.TYPE]


def new_outcomes(judged: Sequence[JudgedPromise], said: Said, day: date) -> list[PromiseOutcome]:
    """What these promises, judged as of the open day, have come to and nobody has said yet."""
    return [
        outcome
        for promise in judged
        for outcome in _outcomes(promise, day)
        if said.get(place_of(outcome)) != state_of(outcome)
    ]


def _outcomes(promise: JudgedPromise, day: date) -> Iterator[PromiseOutcome]:
    for at, stage in enumerate(promise.stages):
        if kind := OUTCOMES.get(stage.state):
            yield kind(
                company=promise.company,
                promise=promise.promise,
                on=day,
                due_on=stage.due_on,
                amount=amount_of(stage.amount_minor, promise.currency),
                received=amount_of(stage.received_minor, promise.currency),
                currency=promise.currency,
                stage=at if len(promise.stages) > 1 else None,
            )


def next_end(judged: Sequence[JudgedPromise]) -> date | None:
    """The first day on which the window of a promise that is open now will have ended."""
    return min((_ended_by(stage) for stage in _open_stages(judged)), default=None)


def _open_stages(judged: Sequence[JudgedPromise]) -> Iterator[JudgedStage]:
    for promise in judged:
        yield from (stage for stage in promise.stages if stage.state == "open")


def _ended_by(stage: JudgedStage) -> date:
    return stage.window_end_on + timedelta(days=1)
