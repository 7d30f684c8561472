"""Why a guard holds a step that hurts: the reasons that its words carry."""

MASS = "mass_escalation"
"""Too many would have been hurt at once: sooner a file is wrong than so many debtors."""
FEED_AWAITED = "feed_awaited"
"""Some payments feed is not complete yet through the day that was judged."""
FEED_LATE = "feed_late"
"""It has been awaited for as long as the policy waits."""
UNMATCHED = "unmatched_cash"
"""Cash that pays nothing yet is as much as what is overdue."""
UNRATED = "unmatched_cash_without_rate"
"""There is such cash, in a currency for which nobody gave a rate."""

OBJECTIONS = frozenset({MASS, FEED_AWAITED, FEED_LATE, UNMATCHED, UNRATED})
