"""What the guards want a person to look at: one alarm for each cause, not for each debtor."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from huikuan.web.wording import Words
from services.notifier.shared import Feed, Released, Shared, Tripped

Day = tuple[dict[int, Tripped], Released | None]
"""The verdict of each partition that tripped, and who let all of them go."""


def tripped_days(shareds: Sequence[Shared]) -> dict[date, Day]:
    """The days on which the breaker tripped anywhere."""
    released = {each.tripped_on: each for shared in shareds for each in shared.released}
    found: dict[date, Day] = {}
    for partition, shared in enumerate(shareds):
        for each in shared.tripped:
            on = each.tripped_on
            found.setdefault(on, ({}, released.get(on)))[0][partition] = each
    return found


def alarms_of(shareds: Sequence[Shared]) -> Iterator[Words]:
    """A sentence for whatever a person must look at, one for each cause."""
    for feed in late_feeds(shareds):
        yield Words(
            f"{feed.feed} of {feed.source} is complete only through {feed.through_on}; "
            "steps that hurt are held until it is, or a person approves them",
            f"{feed.source} 的 {feed.feed} 数据仅完整至 {feed.through_on}；"
            "比催款函更重的措施暂缓，直至数据完整或由人批准",
        )
    for on, (verdicts, released) in sorted(tripped_days(shareds).items()):
        if released is None:
            steps = sum(each.steps for each in verdicts.values())
            yield Words(
                f"{on}: {steps} steps that hurt would have been raised in one day; "
                "all are held until a person approves or releases them",
                f"{on}：当日将有 {steps} 个比催款函更重的措施生效；全部暂缓，直至由人批准或放行",
            )


def late_feeds(shareds: Sequence[Shared]) -> list[Feed]:
    """Payments feeds that have been awaited for as long as the policy waits."""
    return [feed for feed in shareds[0].feeds if is_late(feed, shareds[0])]


def is_late(feed: Feed, shared: Shared) -> bool:
    """Whether a step judged on the first day that it lacks waits for a person by now."""
    day, now = shared.setting.open_on, shared.ladder_now()
    if day is None or now is None or not feed.is_awaited:
        return False
    return day - feed.through_on > timedelta(days=now.policy.feed_wait_days)
