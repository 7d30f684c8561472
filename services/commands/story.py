"""One debtor's story from what the three APIs answer: owed, promised, escalated, and why."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from services.commands import forecast, show
from services.commands.reach import Services
from services.commands.words import say

Answer = Mapping[str, Any]


def ask(reached: Services, debtor: str, when: Answer) -> dict[str, Any]:
    """What the services know about the debtor, by service; ``when``: as_of and known_at, or not."""
    path = f"/v1/debtors/{quote(debtor, safe='')}"
    return {
        "debtor": debtor,
        "ledger": reached.get("ledger", path, **when),
        "promises": reached.get("promises", f"{path}/promises", **when),
        "notifier": reached.get("notifier", f"{path}/escalations", **when),
        # The past has no forecast: what came then is known.
        "forecast": None if any(when.values()) else reached.get("notifier", f"{path}/forecast"),
    }


def tell(story: Answer) -> None:
    """Print it: sentences first, the tables behind them after."""
    for sentence in sentences(story):
        show.line(sentence, "bold" if sentence == story["debtor"] else "")
    _items(story["ledger"].get("items", ()))
    _promises(story["promises"].get("items", ()))
    _escalations(story["notifier"].get("history", ()))


def sentences(story: Answer) -> Iterator[str]:
    """What matters, in a few sentences."""
    yield str(story["debtor"])
    balances: Mapping[str, Answer] = story["ledger"].get("balances", {})
    if not balances:
        yield say("Nothing was ever recorded by this day.", "截至该日没有任何记录。")
    for currency, balance in sorted(balances.items()):
        yield from _balance(currency, balance, story["ledger"].get("items", ()))
    for promise in story["promises"].get("items", ()):
        yield _promise(promise)
    notifier: Answer = story["notifier"]
    state, in_force = notifier.get("state", "clear"), notifier.get("in_force", [])
    if in_force:
        steps = ", ".join(in_force)
        yield say(f"State: {state}. In force: {steps}.", f"状态：{state}。生效：{steps}。")
    else:
        yield say(f"State: {state}. Nothing is in force.", f"状态：{state}。没有生效的措施。")
    if (foretold := story.get("forecast")) and foretold["next"]:
        yield from forecast.sentences(foretold)


def _balance(currency: str, balance: Answer, items: Sequence[Answer]) -> Iterator[str]:
    open_, overdue = balance["open"], balance["overdue"]
    yield say(
        f"Owes {currency} {open_}, overdue {overdue}.", f"欠 {currency} {open_}，逾期 {overdue}。"
    )
    late = [item for item in items if (item.get("days_overdue") or 0) > 0]
    if late:
        oldest = max(late, key=lambda item: item["days_overdue"])
        invoice, days, due_on = oldest["invoice"], oldest["days_overdue"], oldest["due_on"]
        yield say(
            f"Oldest: invoice {invoice}, due {due_on}, {days} days overdue.",
            f"最早一笔：发票 {invoice}，到期日 {due_on}，逾期 {days} 天。",
        )
    if float(balance.get("unapplied") or 0):
        unapplied = balance["unapplied"]
        yield say(
            f"Money without an item: {currency} {unapplied}.",
            f"未核销收款：{currency} {unapplied}。",
        )


def _promise(promise: Answer) -> str:
    words = {
        "open": say("is not due yet", "尚未到期"),
        "kept": say("was kept", "已兑现"),
        "partly_kept": say("was partly kept", "部分兑现"),
        "broken": say("was broken", "未兑现"),
        "withdrawn": say("was withdrawn", "已撤回"),
        "replaced": say("was replaced", "已被替换"),
    }
    amount, due_on, state = promise["amount"], promise["due_on"], promise["state"]
    told = words.get(state, state)
    return say(
        f"A promise of {amount} by {due_on} {told}.", f"承诺 {due_on} 前付 {amount}：{told}。"
    )


def _items(items: Sequence[Answer]) -> None:
    if not items:
        return
    columns = (
        say("invoice", "发票"),
        say("due", "到期日"),
        say("amount", "金额"),
        say("open", "未付"),
        say("days overdue", "逾期天数"),
    )
    rows = [
        (item["invoice"], item["due_on"], item["amount"], item["open"], item["days_overdue"])
        for item in items
    ]
    show.table(say("Open items", "未结发票"), columns, rows)


def _promises(promises: Sequence[Answer]) -> None:
    if not promises:
        return
    columns = (
        say("promise", "承诺"),
        say("due", "到期日"),
        say("amount", "金额"),
        say("received", "已收"),
        say("state", "状态"),
    )
    names = ("promise", "due_on", "amount", "received", "state")
    rows = [[promise.get(name) for name in names] for promise in promises]
    show.table(say("Promises", "付款承诺"), columns, rows)


def _escalations(history: Sequence[Answer]) -> None:
    if not history:
        return
    columns = (
        say("step", "措施"),
        say("subject", "对象"),
        say("status", "状态"),
        say("effective", "生效日"),
        say("lifted", "解除日"),
        say("policy", "策略"),
    )
    names = ("step", "subject", "status", "effective_on", "lifted_on", "policy_version")
    rows = [[entry.get(name) for name in names] for entry in history]
    show.table(say("Escalations", "催收措施"), columns, rows)
