"""A person's overrides taken in: said as facts, which act when they are read back from the log."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec

from huikuan.debtor.account import BEFORE_ALL
from huikuan.debtor.dealings import Override
from huikuan.debtor.overrides import override_of
from huikuan.debtor.things import NEVER
from huikuan.events.check import check
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.relations import OverrideEnded, OverrideSet
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.commanding import KEY_REUSED, say_command
from services.notifier.domain.overriding import overrides_known
from services.notifier.domain.policies import ladder
from services.notifier.domain.policy import Step
from services.notifier.following import Following
from services.notifier.shared import Shared
from services.notifier.shown import shown_override
from services.notifier.watched import Watched

NO_DAY = Words("No business day is open yet.", "尚未开启营业日。")
NO_DEBTOR = Words("No fact about this debtor is known here.", "此处没有该客户的任何事实。")
NO_STEP = Words("No policy has such a step.", "没有策略包含该步骤。")
PER_DEBTOR = Words(
    "The step is against the whole debtor, not against items.", "该步骤针对整个客户而非单项。"
)
PAST = Words("Must not be before the open business day.", "不得早于当前营业日。")
OVERLAPS = Words(
    "Another override of this step holds in those days; end it first.",
    "该步骤在这些日期已有人工决定；请先将其终止。",
)
UNKNOWN = Words("No such override of this debtor is known here.", "此处没有该客户的此项人工决定。")
ENDED = Words("The override does not hold any more.", "该人工决定已不再有效。")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An override as it is asked for; without ``from_on`` it counts from the open day."""

    override: str
    company: str
    step: str
    effect: Literal["lift", "impose"]
    by: str
    reason: str
    from_on: date | None
    until: date | None
    invoices: tuple[str, ...]


class Overriding:
    """Takes overrides in; each answers with the token of the position from which it counts."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def set(self, debtor: str, asked: Asked, trace: str) -> dict[str, Any]:
        """A person decides about a step. Raises the ``Problem`` 404, 409 or 422."""
        watched, shared, day = self._read(debtor)
        known = overrides_known(watched.account, shared.setting)
        before = next((each for each in known if _same(each, asked)), None)
        event = _event(asked, date.fromordinal(before.on) if before else day)
        if before is None:
            _check(event, known, shared, day)
        elif override_of(event) != _as_set(before):
            raise Problem(409, "idempotency_key_reused", KEY_REUSED)
        position = say_command(
            self._service, debtor, event, f"override/{_path(debtor, event)}", trace
        )
        return {"override": event.override, "debtor": debtor, "position": position}

    def end(
        self, debtor: str, override: str, company: str, by: str, reason: str | None, trace: str
    ) -> dict[str, Any]:
        """From the open day on the policy decides again. Raises the ``Problem`` 404 or 409."""
        watched, shared, day = self._read(debtor)
        asked = OverrideEnded(company=company, override=override, on=day, by=by, reason=reason)
        known = overrides_known(watched.account, shared.setting)
        there = next((each for each in known if _same(each, asked)), None)
        if there is None:
            raise Problem(404, "unknown_override", UNKNOWN)
        if min(there.until, there.ended_on - 1) < day.toordinal() or there.ended_on <= there.on:
            raise Problem(409, "override_ended", ENDED)
        position = say_command(
            self._service, debtor, asked, f"override/{_path(debtor, asked)}/end", trace
        )
        return {"override": override, "debtor": debtor, "position": position}

    def of(self, debtor: str) -> list[dict[str, Any]]:
        """All overrides of a debtor, those that have ended and those to come among them."""
        watched, shared = self._service.read(debtor)
        day = shared.setting.open_on
        known = overrides_known(watched.account, shared.setting)
        return [shown_override(each, day) for each in known] if day else []

    def _read(self, debtor: str) -> tuple[Watched, Shared, date]:
        watched, shared = self._service.read(debtor)
        account, day = watched.account, shared.setting.open_on
        if day is None:
            raise Problem(409, "no_open_day", NO_DAY)
        if account.last_key == BEFORE_ALL and not account.waiting:
            raise Problem(404, "unknown_debtor", NO_DEBTOR)
        return watched, shared, day


def _path(debtor: str, event: OverrideSet | OverrideEnded) -> str:
    return f"{debtor}/{event.company}/{event.override}"


def _event(asked: Asked, from_on: date) -> OverrideSet:
    """The fact, checked as intake checks it."""
    named = {**msgspec.structs.asdict(asked), "from_on": asked.from_on or from_on}
    try:
        event = check(OverrideSet(**named))
    except InvalidFieldError as error:
        words = Words(error.reason, error.reason_zh)
        raise Problem(422, errors=[FieldError(words, error.pointer)]) from None
    assert isinstance(event, OverrideSet), "checking changes no type"
    return event


def _same(known: Override, asked: Asked | OverrideSet | OverrideEnded) -> bool:
    return (known.company, known.override) == (asked.company, asked.override)


def _as_set(known: Override) -> Override:
    """As it was before anybody ended it."""
    return msgspec.structs.replace(known, ended_on=NEVER, ended_by="", ended_reason="")


def _check(asked: OverrideSet, known: Iterable[Override], shared: Shared, day: date) -> None:
    steps = list(_steps_named(asked.step, shared))
    if not steps:
        raise Problem(422, errors=[FieldError(NO_STEP, "/step")])
    if asked.invoices and all(step.per == "debtor" for step in steps):
        raise Problem(422, errors=[FieldError(PER_DEBTOR, "/invoices")])
    if asked.from_on < day:
        raise Problem(422, errors=[FieldError(PAST, "/from")])
    new = override_of(asked)
    if any(_overlap(new, each) for each in known if not _same(each, asked)):
        raise Problem(409, "override_overlaps", OVERLAPS)


def _steps_named(name: str, shared: Shared) -> Iterable[Step]:
    for adopted in shared.policies:
        rules = ladder(adopted)
        if rules is not None and name in rules.by_name:
            yield rules.by_name[name].step


def _overlap(one: Override, other: Override) -> bool:
    if (one.company, one.step) != (other.company, other.step):
        return False
    if one.invoices and other.invoices and set(one.invoices).isdisjoint(other.invoices):
        return False
    last_one = min(one.until, one.ended_on - 1)
    last_other = min(other.until, other.ended_on - 1)
    return one.on <= last_other and other.on <= last_one
