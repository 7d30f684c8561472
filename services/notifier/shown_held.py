"""Why a guard holds a step, in the words of both languages."""

from datetime import date
from typing import Any

from huikuan.web.wording import Words
from services.notifier.domain.case import Escalation
from services.notifier.domain.objections import FEED_AWAITED, FEED_LATE, MASS, UNMATCHED, UNRATED

OBJECTED: dict[str, Words] = {
    MASS: Words(
        "On that day too many debtors would have been hurt at once; it is raised once a person "
        "approves it or releases the day.",
        "当日拟管控的客户过多，已触发熔断；经人工批准或放行当日后生效。",
    ),
    FEED_AWAITED: Words(
        "A payments feed is not complete yet through the day that was judged; it is raised when "
        "that feed is complete and the money in it does not change the matter.",
        "收款数据尚未齐备至判定日；数据到齐且仍满足条件时生效。",
    ),
    FEED_LATE: Words(
        "A payments feed is late, longer than the policy waits; it is raised once a person "
        "approves it, or the feed is complete.",
        "收款数据迟到，已超过策略的等待天数；经人工批准或数据到齐后生效。",
    ),
    UNMATCHED: Words(
        "Cash that pays nothing yet is at least as much as what is overdue; match it, or let a "
        "person approve.",
        "未核销的收款不少于逾期金额；请完成收款核销，或经人工批准后生效。",
    ),
    UNRATED: Words(
        "There is cash that pays nothing yet, in a currency without a rate; set the rate, match "
        "it, or let a person approve.",
        "存在未核销的外币收款而缺少汇率；请设置汇率、完成收款核销，或经人工批准后生效。",
    ),
}


UNSETTLED = Words(
    "A foreign, unreadable or contradicting record of this debtor waits to be settled; until then "
    "he gets no new step.",
    "该客户有外来、无法读取或相互矛盾的记录待处理；处理前不产生新的管控升级。",
)


def shown_unsettled(places: tuple[str, ...]) -> list[dict[str, Any]]:
    """What keeps a debtor from every new step: the ids of what a person must settle."""
    if not places:
        return []
    words = {"en": UNSETTLED.en, "zh": UNSETTLED.zh}
    return [{"reason": "unsettled_records", "settle": list(places), **words}]


def shown_held(each: Escalation, day: date) -> dict[str, Any] | None:
    """Which guard holds it at the close of a day, and since when; None where none does."""
    if each.held is None or each.held_on is None or each.held_on > day:
        return None
    words = OBJECTED[each.held]
    return {"reason": each.held, "on": each.held_on, "en": words.en, "zh": words.zh}
