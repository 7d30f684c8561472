"""``huikuan forecast [DEBTOR]``: what will happen if nothing arrives, from the public API alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from services.commands import show
from services.commands.reach import services
from services.commands.words import say

Answer = Mapping[str, Any]
_BEGINS_ZH = {"proposed": "拟定", "raised": "生效"}
"""The words with which a step begins."""


def of_debtor(debtor: str, asked: Answer, *, as_json: bool) -> None:
    """Print what will be said about one debtor, and the least that prevents his next step."""
    path = f"/v1/debtors/{quote(debtor, safe='')}/forecast"
    with services() as reached:
        told = reached.get("notifier", path, **asked)
    if as_json:
        show.as_json(told)
        return
    show.line(debtor, "bold")
    for sentence in sentences(told):
        show.line(sentence)
    _words([(debtor, each) for each in told["items"]])


def of_all(asked: Answer, *, as_json: bool) -> None:
    """Print what will be said about all: totals per step, and the first debtors one by one."""
    with services() as reached:
        told = reached.get("notifier", "/v1/forecast", **asked)
    if as_json:
        show.as_json(told)
        return
    show.line(_window(told))
    if not told["totals"]:
        show.line(_nothing())
        return
    _totals(told["totals"])
    _words([(each["debtor"], word) for each in told["items"] for word in each["items"]])
    if "next" in told:
        last = told["next"]
        show.note(
            say(f"There are more after {last}; see --limit.", f"{last} 之后还有，见 --limit。")
        )


def sentences(told: Answer) -> Iterator[str]:
    """The next step, and what prevents it."""
    yield _window(told)
    coming = told["next"]
    if coming is None:
        yield _nothing()
        return
    step, on, word = coming["step"], coming["on"], coming["word"]
    yield say(f"Next: {step}, {word} on {on}.", f"下一步：{on} {step}（{_BEGINS_ZH[word]}）。")
    prevented_by = coming["prevented_by"]
    by, offered = prevented_by["by"], False
    for means, en, zh in (
        ("payments", "A payment of", "付款"),
        ("promises", "A promise of", "承诺付款"),
        ("disputes", "A dispute over", "争议金额"),
    ):
        for offer in prevented_by[means]:
            offered = True
            amounts = _amounts(offer["amounts"])
            yield say(f"{en} {amounts} by {by} prevents it.", f"{by} 前{zh} {amounts} 可避免。")
    if not offered:
        yield say("Nothing prevents it.", "无法避免。")


def _nothing() -> str:
    return say("No step will come.", "不会有新步骤。")


def _window(told: Answer) -> str:
    as_of, until = told["as_of"], told["until"]
    if as_of is None:
        return say("No business day is open yet.", "尚未开启任何营业日。")
    return say(
        f"From {as_of} through {until}, if nothing arrives:", f"自 {as_of} 至 {until}，若无变化："
    )


def _amounts(shares: Sequence[Answer]) -> str:
    return " + ".join(_share(share) for share in shares)


def _share(share: Answer) -> str:
    amount = f"{share['currency']} {share['amount']}"
    named = ", ".join(each["invoice"] for each in share["invoices"])
    return f"{amount} ({named})" if named else amount


def _words(words: Sequence[tuple[str, Answer]]) -> None:
    if not words:
        return
    columns = (
        say("debtor", "客户"),
        say("on", "日期"),
        say("word", "动作"),
        say("step", "步骤"),
        say("kind", "措施"),
        say("subject", "对象"),
        say("sees", "依据"),
    )
    names = ("on", "word", "step", "kind", "subject")
    rows = [
        [debtor, *(each[name] for name in names), show.plain(each.get("inputs"))]
        for debtor, each in words
    ]
    show.table(say("To come", "将发生"), columns, rows)


def _totals(totals: Sequence[Answer]) -> None:
    columns = (
        say("step", "步骤"),
        say("kind", "措施"),
        say("word", "动作"),
        say("count", "数量"),
        say("overdue", "逾期"),
        say("open", "未付"),
    )
    rows = [
        [
            *(each[name] for name in ("step", "kind", "word", "count")),
            *(_sums(each["amounts"], name) for name in ("overdue", "open")),
        ]
        for each in totals
    ]
    show.table(say("Totals", "合计"), columns, rows)


def _sums(amounts: Mapping[str, Answer], name: str) -> str:
    return ", ".join(f"{currency} {sums[name]}" for currency, sums in amounts.items())
