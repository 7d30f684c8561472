"""The guards for people: what the breaker holds, who let it go, and what an operator must know."""

from datetime import date
from typing import Any

from msgspec import structs

from huikuan.eventlog.record import EVERYBODY
from huikuan.events.notifier import BreakerReleased
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.alarms import is_late, tripped_days
from services.notifier.commanding import say_command
from services.notifier.following import Following
from services.notifier.shared import Released, Shared, Tripped

NOT_TRIPPED = Words("The breaker did not trip on that day.", "该日未触发熔断。")
RELEASED = Words("What was held on that day has been let go already.", "该日拦下的管控升级已放行。")


class Guarding:
    """Answers about the breaker, and takes its release in."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def breaker(self) -> dict[str, Any]:
        """Whether anything is held, and each day on which it tripped, the last first."""
        days = tripped_days(self._everybody())
        state = "tripped" if any(released is None for _, released in days.values()) else "closed"
        items = [_shown(on, *days[on]) for on in sorted(days, reverse=True)]
        return {"state": state, "items": items}

    def release(self, event_of: Released, key: str, trace: str) -> dict[str, Any]:
        """A person lets a day's steps go; raises the ``Problem`` 404 or 409."""
        days = tripped_days(self._everybody())
        tripped_on = event_of.tripped_on
        if tripped_on not in days:
            raise Problem(404, "breaker_not_tripped", NOT_TRIPPED)
        before = days[tripped_on][1]
        if before is not None and (before.by, before.reason) != (event_of.by, event_of.reason):
            raise Problem(409, "breaker_released", errors=[FieldError(RELEASED, "/tripped_on")])
        event = BreakerReleased(
            tripped_on=tripped_on, by=event_of.by, reason=event_of.reason, on=event_of.on
        )
        event_id = f"breaker/{tripped_on}/{key}"
        position = say_command(self._service, EVERYBODY, event, event_id, trace)
        return {"tripped_on": tripped_on, "by": event.by, "position": position}

    def feeds(self) -> dict[str, Any]:
        """Every feed that was ever complete and has not ended."""
        shared = self._service.shared()
        return {
            "items": [
                {
                    "source": feed.source,
                    "feed": feed.feed,
                    "through_on": feed.through_on,
                    "awaited": feed.is_awaited,
                    "late": is_late(feed, shared),
                }
                for feed in shared.feeds
            ]
        }

    def rates(self) -> dict[str, Any]:
        """Every exchange rate, by currencies and date."""
        rates = self._service.shared().rates
        return {"items": [structs.asdict(rate) for rate in rates]}

    def open_on(self) -> date | None:
        """The open business day."""
        return self._service.shared().setting.open_on

    def _everybody(self) -> list[Shared]:
        return self._service.shared_everywhere()


def _shown(on: date, verdicts: dict[int, Tripped], released: Released | None) -> dict[str, Any]:
    return {
        "tripped_on": on,
        "steps": sum(each.steps for each in verdicts.values()),
        "policy_version": next(iter(verdicts.values())).policy_version,
        "partitions": [
            {"partition": partition, "steps": each.steps, "debtors": each.debtors}
            for partition, each in sorted(verdicts.items())
        ],
        "released": None
        if released is None
        else {"by": released.by, "reason": released.reason, "on": released.on},
    }
