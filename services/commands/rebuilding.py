"""``huikuan rebuild SERVICE``: started over HTTP, followed until it is done."""

import time
from collections.abc import Iterator
from typing import Any

from services.commands import show
from services.commands.reach import Services, services
from services.commands.trouble import REFUSED, ROWS_REJECTED, CommandError
from services.commands.words import say

_LOOK_SECONDS = 0.1


def rebuild(service: str, *, verify: bool, as_json: bool) -> None:
    """Rebuild; raises ``CommandError`` where it failed, or where ``verify`` found differences."""
    with services() as reached:
        reached.post(service, "/v1/rebuilds", {"verify": verify})
        done = _follow(reached, service)
    if done["status"] != "done":
        sentence = say("the rebuild failed; see the server's log", "重建失败，请查看服务日志")
        raise CommandError(sentence, REFUSED)
    report = done["report"]
    found = list(_findings(report))
    if as_json:
        show.as_json(report)
    else:
        shown = ("records", "keys", "seconds", "compared")
        show.table(
            say(f"Rebuilt {service}", f"已重建 {service}"),
            (say("what", "项目"), say("value", "数值")),
            [(name, report[name]) for name in shown],
        )
        for finding in found:
            show.line(finding)
    if found:
        raise CommandError(say("it differs from what is live", "与现有状态不一致"), ROWS_REJECTED)


def _follow(reached: Services, service: str) -> dict[str, Any]:
    seen = 0
    while True:
        latest: dict[str, Any] = reached.get(service, "/v1/rebuilds/latest")
        if latest["records_in_all"] or latest["status"] != "running":
            break
        time.sleep(_LOOK_SECONDS)
    label = say(f"Rebuilding {service}", f"重建 {service}")
    with show.progress(label, latest["records_in_all"]) as advance:
        while True:
            advance(latest["records"] - seen)
            seen = latest["records"]
            if latest["status"] != "running":
                return latest
            time.sleep(_LOOK_SECONDS)
            latest = reached.get(service, "/v1/rebuilds/latest")


def _findings(report: dict[str, Any]) -> Iterator[str]:
    """Where the new state is not the old one, and where these rules would not say what was said."""
    for partition, key in report["differences"]:
        yield say(f"state differs: {key} ({partition})", f"状态不一致：{key}（{partition}）")
    words = {
        "unsaid": say("was never said", "未曾发出"),
        "unfounded": say("was said without reason", "发出但无依据"),
        "different": say("was said otherwise", "发出的内容不同"),
    }
    for kind, ids in (report.get("verified") or {}).items():
        if kind in words:
            yield from (f"{identifier}: {words[kind]}" for identifier in ids)
