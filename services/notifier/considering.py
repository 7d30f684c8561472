"""What a person should know before a policy is adopted: who would hear otherwise, and oddities."""

from datetime import date
from typing import Any

from huikuan.web.problems import FieldError, Problem, pointer_of
from huikuan.web.wording import Words
from services.notifier.backtest_jobs import Backtests
from services.notifier.backtest_shown import shown_result
from services.notifier.domain.backtest import Period
from services.notifier.domain.named import currencies_named, signs_named
from services.notifier.domain.policy import Policy
from services.notifier.following import Following
from services.notifier.trying import Trial

DEBTORS_LOOKED_AT_MAX = 10_000
_TRIED_S, _LISTED = 10.0, 20


def warnings(service: Following, policy: Policy) -> list[FieldError]:
    """Currencies and signs of the document that nobody has; none before there is any debtor."""
    currencies, signs = currencies_named(policy), signs_named(policy)
    unused, unseen, debtors = set(currencies), set(signs), 0
    for _, watched, _ in service.scan() if unused or unseen else ():
        account, debtors = watched.account, debtors + 1
        unused -= {book.currency for book in account.books}
        unused -= {limit.currency for limit in account.limits}
        unseen -= {signal.sign for signal in account.signals}
        if not (unused or unseen) or debtors == DEBTORS_LOOKED_AT_MAX:
            break
    if not debtors:
        return []
    return [
        *(
            FieldError(_unused(each, debtors), pointer_of(currencies[each]))
            for each in sorted(unused)
        ),
        *(FieldError(_unseen(each, debtors), pointer_of(signs[each])) for each in sorted(unseen)),
    ]


def _unused(currency: str, debtors: int) -> Words:
    return Words(
        f"Nobody deals in {currency} so far ({debtors} debtors looked at).",
        f"目前没有客户使用 {currency}（已查看 {debtors} 个客户）。",
    )


def _unseen(sign: str, debtors: int) -> Words:
    return Words(
        f'Nobody has reported "{sign}" so far ({debtors} debtors looked at).',
        f"目前没有人报告过预警信号“{sign}”（已查看 {debtors} 个客户）。",
    )


def difference(service: Following, backtests: Backtests, policy: Policy) -> dict[str, Any]:
    """What a policy of an earlier date would have said otherwise since then, against what was.

    A backtest; where it takes long, its id, to be asked for. Empty where another one runs.
    """
    shared = service.shared()
    first_on, open_on = shared.first_open_on, shared.setting.open_on
    if first_on is None or open_on is None:
        return {}
    period = Period(max(first_on, policy.effective_on), open_on)
    try:
        job = backtests.begin(Trial(policy=policy, period=period))
    except Problem:
        return {}
    backtests.wait(_TRIED_S)
    return shown_result(job, "", _LISTED)


def in_words(found: dict[str, Any], since: date) -> Words:
    """What the difference comes to, in a sentence."""
    if not found:
        return Words(
            "Another backtest is running; what would differ cannot be shown now.",
            "另一回测正在运行，暂时无法显示差异。",
        )
    if "totals" not in found:
        return Words(
            f"What would differ is being computed: backtest {found['id']}.",
            f"差异正在计算：回测 {found['id']}。",
        )
    totals = found["totals"]
    debtors, differ = totals["debtors"], totals["debtors_that_differ"]
    counts = [sum(step[name] for step in totals["steps"]) for name in ("added", "removed", "moved")]
    added, removed, moved = counts
    return Words(
        f"Since {since} it would have treated {differ} of {debtors} debtors otherwise: "
        f"{added} steps added, {removed} removed, {moved} moved (backtest {found['id']}).",
        f"自 {since} 起，{debtors} 个客户中有 {differ} 个会不同：增加 {added} 步，"
        f"减少 {removed} 步，移动 {moved} 步（回测 {found['id']}）。",
    )
