"""``huikuan rebuild SERVICE``: started over HTTP, followed until it is done."""

import time
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
    if as_json:
        show.as_json(done)
    else:
        _report(service, done)
    if done["report"].get("differences"):
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


def _report(service: str, done: dict[str, Any]) -> None:
    rows = [(name, value) for name, value in done["report"].items() if not isinstance(value, list)]
    show.table(say(f"Rebuilt {service}", f"已重建 {service}"), ("", ""), rows)
    for difference in done["report"].get("differences", ()):
        show.line(str(difference))
