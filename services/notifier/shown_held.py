"""Why a guard holds a step, in the words of both languages."""

from datetime import date
from typing import Any

from huikuan.web.wording import Words
from services.notifier.domain.case import Escalation
from services.notifier.domain.objections import MASS

OBJECTED: dict[str, Words] = {
    MASS: Words(
        "On that day too many debtors would have been hurt at once; it is raised once a person "
        "approves it or releases the day.",
        "当日拟升级的客户过多，已触发熔断；经人工批准或放行当日后生效。",
    ),
}


def shown_held(each: Escalation, day: date) -> dict[str, Any] | None:
    """Which guard holds it at the close of a day, and since when; None where none does."""
    if each.held is None or each.held_on is None or each.held_on > day:
        return None
    words = OBJECTED[each.held]
    return {"reason": each.held, "on": each.held_on, "en": words.en, "zh": words.zh}
