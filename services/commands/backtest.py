"""``huikuan backtest FILE``: begun over HTTP, followed until it is done, told as tables."""

import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.commands import show
from services.commands.reach import Services, services
from services.commands.trouble import REFUSED, CommandError
from services.commands.words import say

_LOOK_SECONDS = 0.1
_DEBTORS_SHOWN = 10
_PAGE = 1_000
Answer = dict[str, Any]


class Wanted(NamedTuple):
    """What the command line asks for."""

    policy: Path
    first_on: date | None
    last_on: date | None
    against: Path | None
    debtors: Sequence[str]
    assume_approved: bool
    share: float
    seed: int


def backtest(wanted: Wanted, *, as_json: bool) -> None:
    """Run it; raises ``CommandError`` where it is refused or fails."""
    with services() as reached:
        job = reached.post("notifier", "/v1/backtests", _body(wanted))
        path = f"/v1/backtests/{job['id']}"
        try:
            done = _follow(reached, path)
        except KeyboardInterrupt:
            reached.delete("notifier", path)
            raise
        if done["state"] != "done":
            sentence = say("the backtest did not end well", "回测未能完成")
            raise CommandError(f"{sentence} ({done['state']})", REFUSED)
        if as_json:
            done["items"] = list(_debtors(reached, path, done))
            done.pop("next", None)
            show.as_json(done)
        else:
            _tell(done)


def _body(wanted: Wanted) -> Answer:
    body: Answer = {
        "policy": _document(wanted.policy),
        "assume_approved": wanted.assume_approved,
        "share": wanted.share,
        "seed": wanted.seed,
    }
    if wanted.first_on is not None:
        body["from"] = wanted.first_on.isoformat()
    if wanted.last_on is not None:
        body["to"] = wanted.last_on.isoformat()
    if wanted.against is not None:
        body["against"] = _document(wanted.against)
    if wanted.debtors:
        body["debtors"] = list(wanted.debtors)
    return body


def _document(path: Path) -> str:
    """The text of a policy, whatever this machine's locale says."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        sentence = say("it is not in UTF-8", "不是 UTF-8 编码")
        raise CommandError(f"{path}: {sentence}", REFUSED) from None


def _follow(reached: Services, path: str) -> Answer:
    label, seen = say("Backtest", "回测"), 0
    latest: Answer = reached.get("notifier", path)
    while latest["state"] == "running" and not latest["progress"]["records_in_all"]:
        time.sleep(_LOOK_SECONDS)
        latest = reached.get("notifier", path)
    with show.progress(label, latest["progress"]["records_in_all"]) as advance:
        while True:
            advance(latest["progress"]["records"] - seen)
            seen = latest["progress"]["records"]
            if latest["state"] != "running":
                return latest
            time.sleep(_LOOK_SECONDS)
            latest = reached.get("notifier", path)


def _debtors(reached: Services, path: str, page: Answer) -> Iterator[Answer]:
    yield from page["items"]
    while "next" in page:
        page = reached.get("notifier", path, limit=_PAGE, after=page["next"])
        yield from page["items"]


def _tell(done: Answer) -> None:
    totals = done["totals"]
    against = done["against"] or say("what happened", "实际发生")
    show.table(
        f"{done['policy']} / {against}, {done['from']} – {done['to']}",
        (
            say("step", "措施"),
            say("kind", "种类"),
            say("raised", "生效次数"),
            say("only proposed", "仅拟定"),
            say("added", "新增"),
            say("removed", "取消"),
            say("moved", "移动"),
            say("changed", "变更"),
            say("days held", "生效天数"),
            say("amount × days", "金额 × 天数"),
        ),
        [_step(each) for each in totals["steps"]],
    )
    show.line(
        say(
            f"{totals['debtors_that_differ']} of {totals['debtors']} debtors differ; "
            f"notices: {_arrow(totals['notices'])}",
            f"{totals['debtors']} 个客户中 {totals['debtors_that_differ']} 个不同；"
            f"通知：{_arrow(totals['notices'])}",
        )
    )
    for name, group in done.get("groups", {}).items():
        show.line(f"{name}: {group['debtors']}, {_days(group)}")
    if done["items"]:
        _tell_debtors(done["items"][:_DEBTORS_SHOWN])


def _tell_debtors(items: Sequence[Answer]) -> None:
    kinds = ("added", "removed", "moved", "changed")
    columns = (
        say("debtor", "客户"),
        say("added", "新增"),
        say("removed", "取消"),
        say("moved", "移动"),
        say("changed", "变更"),
    )
    rows = [(each["debtor"], *(len(each[kind]) for kind in kinds)) for each in items]
    show.table(say("Debtors that differ most", "差异最大的客户"), columns, rows)


def _step(step: Answer) -> tuple[object, ...]:
    then, now = step["then"], step["now"]
    return (
        step["step"],
        step["kind"],
        _arrow({"then": then["raised"], "now": now["raised"]}),
        _arrow({"then": then["proposed"], "now": now["proposed"]}),
        step["added"],
        step["removed"],
        step["moved"],
        step["changed"],
        _arrow({"then": then["days_held"], "now": now["days_held"]}),
        "; ".join(_amounts(then["amount_days"], now["amount_days"])),
    )


def _amounts(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for currency in sorted({*then, *now}):
        pair = {"then": then.get(currency, "0"), "now": now.get(currency, "0")}
        yield f"{_arrow(pair)} {currency}"


def _days(group: Answer) -> str:
    pair = {"then": group["then"]["days_held"], "now": group["now"]["days_held"]}
    return f"{say('days held', '生效天数')} {_arrow(pair)}"


def _arrow(pair: Answer) -> str:
    return str(pair["now"]) if pair["then"] == pair["now"] else f"{pair['then']} → {pair['now']}"
