"""``huikuan quarantine list|release|discard``: what waits for a person's decision."""

import getpass
from typing import Any
from urllib.parse import quote

from services.commands import show
from services.commands.reach import Services, services
from services.commands.server_file import SERVICES
from services.commands.words import say

_PAGE = 500


def list_(*, everything: bool, as_json: bool) -> None:
    """Print what is open, or with ``everything`` what was settled too."""
    with services() as reached:
        found = [item for item in _all(reached) if everything or item["status"] == "open"]
    if as_json:
        show.as_json(found)
        return
    columns = (
        say("id", "编号"),
        say("status", "状态"),
        say("debtor", "客户"),
        say("what", "类型"),
        say("reason", "原因"),
    )
    rows = [
        (
            item.get("conflict") or item.get("place"),
            item["status"],
            item["debtor"],
            item.get("type") or say("record", "日志记录"),
            _reason(item["reason"]),
        )
        for item in found
    ]
    show.table(say("Quarantine", "隔离区"), columns, rows)


def settle(
    identifier: str, outcome: str, by: str, reason: str, *, as_json: bool, type_name: str = ""
) -> None:
    """Release it through intake, or discard it.

    ``type_name`` says what a record is that holds only the data of an event.
    """
    decision = {"outcome": outcome, "by": by or getpass.getuser(), "reason": reason}
    if type_name:
        decision["type"] = type_name
    with services() as reached:
        path = f"/v1/quarantine/{quote(identifier, safe='/')}"
        answer = reached.post("ledger", path, decision)
        for name in SERVICES:
            reached.wait(name, answer["position"])
    if as_json:
        show.as_json(answer)
    else:
        words = {"released": say("released", "已放行"), "discarded": say("discarded", "已丢弃")}
        show.line(f"{identifier}: {words[outcome]}")


def _all(reached: Services) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = reached.get("ledger", "/v1/quarantine", after=after, limit=_PAGE)
        found += page["items"]
        after = page.get("next", "")
        if not after:
            return found


def _reason(reason: dict[str, str]) -> str:
    return " ".join(part for part in (reason.get("pointer"), reason.get("detail")) if part)
