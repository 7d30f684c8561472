"""Whether what is in force against a debtor is just what is demanded: then nothing is said."""

from services.notifier.domain.case import Case
from services.notifier.domain.counting import View
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.view import DEBTOR


def is_settled(view: View, case: Case, ladder: Ladder) -> bool:
    """Whether each step is in force and stays, or is not demanded; False where that is not known.

    ``view``: what every question sees of the whole debtor, whom nobody pauses or overrides.
    """
    if not ladder.is_plain or ladder.graces:
        return False
    in_force: set[str] = set()
    for each in case.open:
        rule = ladder.by_name.get(each.step)
        if rule is None or each.status != "raised" or each.subject != DEBTOR:
            return False
        if rule.step.kind != each.kind or not rule.kept(view):
            return False
        in_force.add(each.step)
    return not any(
        rule.when(view) and rule.kept(view)
        for rule in ladder.rules
        if rule.step.name not in in_force
    )
