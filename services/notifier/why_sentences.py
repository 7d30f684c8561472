"""Why a step is in force or not, in sentences, English and Chinese."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from huikuan.web.wording import Words
from services.notifier.domain.view import DEBTOR
from services.notifier.shown import GENERAL

KINDS_ZH = {
    "notice": "催款函",
    "call": "电话催收",
    "visit": "上门催收",
    "stop_supply": "停止发货",
    "stop_service": "停止服务",
    "revoke_dealership": "取消经销授权",
    "cash_only": "仅限现款交易",
    "legal_referral": "移交法务",
}
THRESHOLDS = {
    "days_overdue": Words("days overdue", "逾期天数"),
    "overdue_amount": Words("overdue amount", "逾期金额"),
    "balance": Words("balance", "未付余额"),
    "exposure": Words("exposure", "信用占用"),
    "promise_shortfall": Words("promised and not paid", "承诺未付金额"),
    "overdue_items": Words("overdue items", "逾期笔数"),
    "open_items": Words("open items", "未结笔数"),
    "broken_promises": Words("broken promises", "未兑现承诺数"),
    "limit_used": Words("share of the credit limit used", "信用额度使用率"),
    "days_since_step": Words("days since a milder step", "距较轻步骤的天数"),
    "lifted_within": Words("days since a step was lifted", "距措施解除的天数"),
    "signals": Words("signals of trouble", "预警信号严重度"),
    "segment": Words("segment", "客户分类"),
    "tag": Words("tag", "标签"),
}
_PLACES = {
    "when": Words("asks for", "要求"),
    "unless": Words("spares him at", "豁免条件"),
    "lift_when": Words("is lifted below", "解除条件低于"),
}
_PREVENTED = {
    "unsettled": Words(
        "A record in conflict or of unknown origin ({places}) must be settled first.",
        "需先处理冲突或来源不明的记录（{places}）。",
    ),
    "override": Words(
        "{by} lifted it by override {override}: {why}.", "{by} 以人工指令 {override} 解除：{why}。"
    ),
    "unless": Words("A condition of the step spares the debtor.", "该步骤的豁免条件成立。"),
    "pause": Words(
        "Pause {pause} prevents new steps until {until}.",
        "暂停 {pause} 至 {until}，期间不新增步骤。",
    ),
    "reversal_grace": Words(
        "A reversed payment opened {item} again on {reopened_on}; it does not count until {until}.",
        "{item} 因收款冲销于 {reopened_on} 重新未清，{until} 前不计入。",
    ),
    "promise": Words(
        "A living promise keeps {amounts} from it.", "有效的付款承诺使 {amounts} 不计入。"
    ),
    "dispute": Words("A dispute keeps {amounts} from it.", "争议使 {amounts} 不计入。"),
    "coming_money": Words(
        "Money on its way ({amounts}) prevents it.", "在途款项（{amounts}）阻止该步骤。"
    ),
    "hold": Words("It is held until {until} and judged again.", "搁置至 {until}，届时复核。"),
    "approval": Words(
        "{given} of {needed} people have approved.", "需 {needed} 人批准，已有 {given} 人。"
    ),
    "evidence": Words("It needs evidence of grade {needed}.", "需达到 {needed} 级证据。"),
    "opening": Words("It waits for the next day to open.", "等待下一营业日开启。"),
    "day_off": Words("It waits for the next working day, {until}.", "等待下一工作日 {until}。"),
    "milder_first": Words("A milder step comes first.", "须先执行较轻的步骤。"),
    "delivery": Words(
        "The notice “{notice}” is not reported as delivered.", "催款函“{notice}”尚无送达报告。"
    ),
    "guard": Words(
        "Since {since} a guard ({guard}) holds it until a person lets it go.",
        "自 {since} 起由保护机制（{guard}）暂缓，待人工放行。",
    ),
}
"""What keeps a step away, by its reason."""


Sentences = dict[str, list[str]]
"""The same sentences by language: ``en`` and ``zh``."""


def sentences(step: str, kind: str, judged: Mapping[str, Any]) -> Sentences:
    """All that is told of one subject, in order."""
    return _both(list(_told(step, kind, judged)))


def together(step: str, judged: Sequence[Mapping[str, Any]], version: str | None) -> Sentences:
    """What is told of all subjects; ``version`` of the policy, None where it lacks the step."""
    if version is None:
        words = Words(f"The policy has no step “{step}”.", f"策略中没有步骤“{step}”。")
        return _both([words])
    if not judged:
        nobody = Words(
            f"There is nothing against which “{step}” could be raised.",
            f"没有可执行“{step}”的对象。",
        )
        return _both([nobody])
    told = [each["sentences"] for each in judged]
    return {
        language: [line for each in told for line in each[language]] for language in ("en", "zh")
    }


def _both(told: Sequence[Words]) -> Sentences:
    return {"en": [words.en for words in told], "zh": [words.zh for words in told]}


def _told(step: str, kind: str, judged: Mapping[str, Any]) -> Iterator[Words]:
    yield _status(step, kind, judged)
    for measure in judged["thresholds"]:
        yield _threshold(measure)
    for prevention in judged["prevented_by"]:
        yield _prevention(prevention)
    if calendar := judged["working_days_of"]:
        yield _calendar(calendar)
    yield from _change(judged["would_change"])


def _status(step: str, kind: str, judged: Mapping[str, Any]) -> Words:
    subject = judged["subject"]
    en = "the debtor" if subject == DEBTOR else subject
    zh = "该客户" if subject == DEBTOR else subject
    kind_zh = KINDS_ZH.get(kind, kind)
    since = judged["effective_on"]
    match judged["status"]:
        case "raised":
            return Words(
                f"“{step}” ({kind}) is in force against {en} since {since}.",
                f"“{step}”（{kind_zh}）自 {since} 起对{zh}生效。",
            )
        case "proposed":
            return Words(
                f"“{step}” ({kind}) was proposed against {en} on {since}; it is not in force yet.",
                f"“{step}”（{kind_zh}）已于 {since} 对{zh}拟定，尚未生效。",
            )
    if judged["demanded"]:
        return Words(
            f"“{step}” ({kind}) is demanded against {en} and not in force yet.",
            f"“{step}”（{kind_zh}）对{zh}的条件已满足，尚未生效。",
        )
    return Words(
        f"“{step}” ({kind}) is not in force against {en}.",
        f"“{step}”（{kind_zh}）对{zh}未生效。",
    )


def _threshold(measure: Mapping[str, Any]) -> Words:
    place = _PLACES[measure["at"].partition("/")[0]]
    name = THRESHOLDS.get(measure["threshold"], Words(*[measure["threshold"]] * 2))
    needed, seen = _plain(measure["needed"]), _plain(measure["seen"])
    reached = Words("reached", "已达到") if measure["reached"] else Words("not reached", "未达到")
    return Words(
        f"It {place.en} {name.en} {needed}; there is {seen}: {reached.en}.",
        f"{place.zh}{name.zh} {needed}，现为 {seen}：{reached.zh}。",
    )


def _prevention(prevention: Mapping[str, Any]) -> Words:
    words = _PREVENTED[prevention["reason"]]
    told = {name: _plain(value) for name, value in prevention.items()}
    return Words(words.en.format_map(told), words.zh.format_map(told))


def _calendar(name: str) -> Words:
    if name == GENERAL:
        return Words(
            "Working days are those of the policy's general calendar.",
            "工作日按策略的通用日历计算。",
        )
    return Words(f"Working days are those of {name}.", f"工作日按 {name} 的日历计算。")


def _change(change: Mapping[str, Any]) -> Iterator[Words]:
    if day := change.get("comes_on"):
        yield Words(f"It comes on {day} if nothing arrives.", f"若无变化，将于 {day} 生效。")
    elif change.get("until") and "comes_on" in change:
        until = change["until"]
        yield Words(
            f"It does not come by {until} if nothing arrives.", f"若无变化，至 {until} 不会生效。"
        )
    if day := change.get("ends_on"):
        yield Words(f"It ends on {day} if nothing arrives.", f"若无变化，将于 {day} 解除。")
    for offer in change.get("payments", ()):
        amounts = _offered(offer["amounts"])
        yield Words(f"A payment of {amounts} ends it.", f"付款 {amounts} 即可解除。")


def _offered(amounts: Sequence[Mapping[str, Any]]) -> str:
    return " + ".join(f"{share['currency']} {share['amount']}" for share in amounts)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "–"
    return "–" if value is None else str(value)
