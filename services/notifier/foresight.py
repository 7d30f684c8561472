"""What people and programs ask about days to come, if nothing arrives."""

import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import NamedTuple

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.rules import weighing
from huikuan.web.asking import Asked as Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.eve import Eve
from services.notifier.following import Following
from services.notifier.forecast import Ahead, Foreseen, begins, forecast
from services.notifier.led import Part, back_then, now, said_of, settle
from services.notifier.prevention import offers
from services.notifier.questions import Answer
from services.notifier.shared import Shared
from services.notifier.shown_forecast import Totals, raised_on, shown_offers, shown_word
from services.notifier.then import Past, at_close
from services.notifier.watched import sight_of

DAYS_AHEAD = timedelta(days=90)
"""How far a debtor's forecast looks unless it is told."""
PORTFOLIO_DAYS_AHEAD = timedelta(days=30)
FARTHEST = timedelta(days=3_660)

PAST = Words("Is before the day that is asked about.", "早于所查询的日期。")
TOO_FAR = Words("Is more than ten years after the open business day.", "晚于当前营业日十年以上。")
_RUNNING = Words(
    "Another forecast of the past is being made: ask again when it is done.",
    "正在生成另一份过去的预测：请在其完成后再试。",
)
_RETRY_AFTER_S = "5"

Wanted = Callable[[Foreseen], bool]
Told = tuple[str, frozenset[str], list[Foreseen]]
"""A debtor, the escalations said about him already, and the words to come."""


class Asked(NamedTuple):
    """Which page of the days to come of all debtors, from which day on and as known where."""

    page: Page
    as_of: date | None = None
    until: date | None = None
    known_at: KnownAt = None


class Foresight:
    """Forecasts from what this service has folded."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._rules = weighing(service.rules)
        self._looking_back = threading.Lock()

    def debtor(
        self, debtor: str, as_of: date | None, until: date | None, known_at: KnownAt
    ) -> Answer:
        """All that will be said after a day through ``until``, and what keeps the next step off."""
        known = at_close(self._service, debtor, known_at, as_of)
        watched, shared = known.watched, known.shared
        day, through = _span(shared, as_of, until, DAYS_AHEAD)
        answer: Answer = {"debtor": debtor, "as_of": day, "until": through}
        if day is None or through is None:
            return {**answer, "next": None, "items": []}
        rules, there = self._rules, said_of(watched)
        if as_of is not None:
            settle(rules, watched, shared)
        body = rules.body(watched)
        words = [each for each in forecast(rules, watched, shared, through) if each.on > day]
        answer["next"] = None
        step = next((each for each in words if begins(each.said)), None)
        if step is not None:
            eve = Eve(rules, rules.load(debtor, body), shared, step.said, step.on)
            found = offers(eve, known.records)
            answer["next"] = {
                **shown_word(step, there),
                "raised_on": raised_on(step, words),
                "prevented_by": shown_offers(eve.by, list(found)),
            }
        return {**answer, "items": [shown_word(each, there) for each in words]}

    def portfolio(self, asked: Asked, wanted: Wanted) -> Answer:
        """What will be said about all debtors, a page of debtors at a time.

        The first page carries the totals of all; for them every debtor is led through the days.

        Raises the ``Problem`` 429 where the past is asked about while another such question is
        being answered: each reads all records anew, and many at once would hold up everybody else.
        """
        past = self._past(asked)
        if past is None:
            return self._portfolio(asked, wanted, None)
        if not self._looking_back.acquire(blocking=False):
            again = {"Retry-After": _RETRY_AFTER_S}
            raise Problem(429, "forecast_running", _RUNNING, headers=again)
        try:
            return self._portfolio(asked, wanted, past)
        finally:
            self._looking_back.release()

    def _portfolio(self, asked: Asked, wanted: Wanted, past: Past | None) -> Answer:
        shared = past.shared() if past else self._service.shared()
        day, through = _span(shared, asked.as_of, asked.until, PORTFOLIO_DAYS_AHEAD)
        answer: Answer = {"as_of": day, "until": through}
        if day is None or through is None:
            return {**answer, "totals": [], "items": []}
        after, limit = asked.page.after, asked.page.limit
        first = partition_of(after, self._service.partitions) if after else 0
        service, totals = self._service, None if after else Totals()
        parts = back_then(service, past, through, first) if past else now(service, through, first)

        def later(each: Foreseen) -> bool:
            return each.on > day and wanted(each)

        with closing(self._each(parts, through, after, later, totals)) as each:
            told = list(islice(each, limit + 1))
            if totals is not None:
                for _ in each:
                    pass
                answer["totals"] = totals.shown()
        items = [
            {"debtor": debtor, "items": [shown_word(word, there) for word in words]}
            for debtor, there, words in told[:limit]
        ]
        more = len(told) > limit
        return {**answer, "items": items, **({"next": items[-1]["debtor"]} if more else {})}

    def _past(self, asked: Asked) -> Past | None:
        """The debtors as known at a place, or at the close of a day that is over; None: now."""
        if asked.known_at is None:
            open_on = self._service.shared().setting.open_on
            if asked.as_of is None or open_on is None or asked.as_of >= open_on:
                return None
        return Past(self._service, asked.known_at, asked.as_of)

    def _each(
        self,
        parts: Iterable[Part],
        through: date,
        after: str,
        wanted: Wanted,
        totals: Totals | None,
    ) -> Generator[Told]:
        """Every debtor of whom something wanted will be said.

        A partition is led as a whole, so that its breaker is foreseen.
        """
        for at, (shared, count, debtors) in enumerate(parts):
            ahead = Ahead(self._rules, shared, partial(min, count))
            there: dict[str, frozenset[str]] = {}
            for watched, said, review_on in debtors:
                there[watched.debtor] = said
                ahead.add(watched, review_on)
            words: defaultdict[str, list[Foreseen]] = defaultdict(list)
            for each in ahead.through(through):
                if wanted(each):
                    words[each.watched.debtor].append(each)
                    if totals is not None:
                        totals.add(each, sight_of(each.watched, ahead.shared, each.on).standing)
            told = sorted(debtor for debtor in words if at or debtor > after)
            yield from ((debtor, there[debtor], words[debtor]) for debtor in told)


def _span(
    shared: Shared, as_of: date | None, until: date | None, ahead: timedelta
) -> tuple[date | None, date | None]:
    """After which day and how far to look; None before the first business day.

    Raises the ``Problem`` 422 for an end before the day, and for a day that is too far away.
    """
    open_on = shared.setting.open_on
    if open_on is None:
        return None, None
    day, farthest = as_of or open_on, open_on + FARTHEST
    if day > farthest:
        raise Problem(422, errors=[FieldError(TOO_FAR, parameter="as_of")])
    if until is not None and until < day:
        raise Problem(422, errors=[FieldError(PAST, parameter="until")])
    return day, min(until or day + ahead, farthest)
