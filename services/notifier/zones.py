"""Whether the time zones that a policy document names exist.

Asked when a document is read, never of a policy on the log: names come and go with the database of
IANA, and what was adopted stays readable.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from services.notifier.domain.contradictions import Contradiction
from services.notifier.domain.policy import Policy


def unknown_zones(policy: Policy) -> Iterator[Contradiction]:
    """Each name that is no time zone, with the nearest that is one."""
    for name in policy.working_days.by_time_zone:
        if name not in _names():
            near = next(iter(get_close_matches(name, _names(), 1)), "Asia/Shanghai")
            yield Contradiction(
                ("working_days", "by_time_zone", name),
                f"no time zone of IANA is called so; {near} is one",
                f"IANA 没有这个时区；例如 {near} 才是",
            )


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
