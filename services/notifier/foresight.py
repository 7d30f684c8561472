"""What people and programs ask about days to come, if nothing arrives."""

from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from itertools import islice

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.rules import weighing
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.eve import Eve
from services.notifier.following import Following
from services.notifier.forecast import Ahead, Foreseen, begins, forecast
from services.notifier.prevention import offers
from services.notifier.questions import Answer
from services.notifier.shared import Shared
from services.notifier.shown_forecast import Totals, raised_on, shown_offers, shown_word
from services.notifier.then import then
from services.notifier.watched import Watched, sight_of

DAYS_AHEAD = timedelta(days=90)
"""How far a debtor's forecast looks unless it is told."""
PORTFOLIO_DAYS_AHEAD = timedelta(days=30)
FARTHEST = timedelta(days=3_660)

PAST = Words("Is before the open business day.", "早于当前营业日。")

Wanted = Callable[[Foreseen], bool]
Told = tuple[str, frozenset[str], list[Foreseen]]
"""A debtor, the escalations said about him already, and the words to come."""


class Foresight:
    """Forecasts from what this service has folded."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._rules = weighing(service.rules)

    def debtor(self, debtor: str, until: date | None, known_at: KnownAt) -> Answer:
        """All that will be said through ``until``, and what keeps the next step off."""
        known = then(self._service, debtor, known_at)
        watched, shared = known.watched, known.shared
        through = _until(shared, until, DAYS_AHEAD)
        answer: Answer = {"debtor": debtor, "as_of": shared.setting.open_on, "until": through}
        if through is None:
            return {**answer, "next": None, "items": []}
        rules = self._rules
        body, there = rules.body(watched), said_already(watched)
        words = forecast(rules, watched, shared, through)
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

    def portfolio(self, until: date | None, after: str, limit: int, wanted: Wanted) -> Answer:
        """What will be said about all debtors through ``until``, a page of debtors at a time.

        The first page carries the totals of all; for them every debtor is led through the days.
        """
        shared = self._service.shared()
        through = _until(shared, until, PORTFOLIO_DAYS_AHEAD)
        answer: Answer = {"as_of": shared.setting.open_on, "until": through}
        if through is None:
            return {**answer, "totals": [], "items": []}
        totals = None if after else Totals()
        with closing(self._each(through, after, wanted, totals)) as each:
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

    def _each(
        self, through: date, after: str, wanted: Wanted, totals: Totals | None
    ) -> Generator[Told]:
        """Every debtor of whom something wanted will be said.

        A partition is led as a whole, so that its breaker is foreseen.
        """
        rules, first = self._rules, 0
        if after:
            first = partition_of(after, self._service.partitions)
        for at, (shared, count, rows) in enumerate(self._service.to_review(through, first)):
            ahead = Ahead(rules, shared, partial(min, count))
            there: dict[str, frozenset[str]] = {}
            for debtor, row in rows:
                watched = rules.load(debtor, row.body)
                there[debtor] = said_already(watched)
                ahead.add(watched, row.review_on)
            words: defaultdict[str, list[Foreseen]] = defaultdict(list)
            for each in ahead.through(through):
                if wanted(each):
                    words[each.watched.debtor].append(each)
                    if totals is not None:
                        totals.add(each, sight_of(each.watched, ahead.shared, each.on).standing)
            told = sorted(debtor for debtor in words if at or debtor > after)
            yield from ((debtor, there[debtor], words[debtor]) for debtor in told)


def said_already(watched: Watched) -> frozenset[str]:
    """The escalations that are open now: words to come may be about them."""
    return frozenset(each.escalation for each in watched.case.open)


def _until(shared: Shared, until: date | None, ahead: timedelta) -> date | None:
    """How far to look; None before the first business day, 422 for a day before the open one."""
    open_on = shared.setting.open_on
    if open_on is None:
        return None
    if until is not None and until < open_on:
        raise Problem(422, errors=[FieldError(PAST, parameter="until")])
    return min(until or open_on + ahead, open_on + FARTHEST)
