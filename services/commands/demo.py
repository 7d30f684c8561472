"""``huikuan demo``: two years of made-up receivables, and one debtor's story among them."""

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from services import sample
from services.commands import demo_story, living, show
from services.commands.reach import Endpoint, Services
from services.commands.server_file import SERVICES
from services.commands.words import say

SEED = 2026
DEBTORS = 24
INVOICES_PER_DEBTOR = 10
PARTITIONS = 2
"""Every day is said to each partition: for two dozen debtors two are enough, and nobody waits."""
FIRST_ON = date(2024, 1, 1)
DAYS = 731
POLICY = b"""\
version: demo-1
effective_on: 2024-01-01
promises: {tolerance_days: 2}
steps:
  - {name: reminder,      kind: notice,         when: {days_overdue: 1}}
  - {name: second_notice, kind: notice,         when: {days_overdue: 15}}
  - {name: stop,          kind: stop_supply,    when: {days_overdue: 30}}
  - {name: court,         kind: legal_referral, when: {days_overdue: 90}, approval: two}
"""


def demo() -> None:
    """Run it all in a home of its own, print what came out, and throw the home away."""
    from services.all_in_one import serving  # noqa: PLC0415 - a second of imports

    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="huikuan-demo-"))
    for name in [each for each in os.environ if each.startswith("HUIKUAN_")]:
        if name != "HUIKUAN_LANG":  # whatever else is set belongs to a real installation
            del os.environ[name]
    try:
        with serving(home, partitions=PARTITIONS) as server:
            endpoints = {name: Endpoint(f"{server.url}/{name}", server.key) for name in SERVICES}
            reached = Services(endpoints)
            facts = _run(reached)
            _portfolio(reached, facts, time.monotonic() - began)
            show.line("")
            demo_story.tell(reached)
            reached.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    show.line("")
    show.line(say("Next: huikuan serve, and the README.", "下一步：huikuan serve，并阅读 README。"))


def _run(reached: Services) -> int:
    """Everything in the order in which it became known, day by day; answers how many facts."""
    reached.put("notifier", "/v1/policy", POLICY, "application/yaml")
    days = [FIRST_ON + timedelta(days=n) for n in range(DAYS)]
    return living.live_through(reached, _facts(), days, say("Two years, day by day", "两年，逐日"))


def _facts() -> Iterator[living.Told]:
    portfolio = sample.portfolio(
        SEED, DEBTORS, FIRST_ON, DAYS, invoices_per_debtor=INVOICES_PER_DEBTOR
    )
    for fact in portfolio:
        yield living.Told(fact.known_on, fact.debtor, fact.id, fact.event)
    for known_on, identifier, event in demo_story.FACTS:
        yield living.Told(known_on, demo_story.DEBTOR, identifier, event)


def _portfolio(reached: Services, facts: int, seconds: float) -> None:
    show.line(
        say(
            f"{facts} facts of {DEBTORS + 1} debtors over {DAYS} business days, "
            f"through ledger, promises and notifier in {seconds:.1f} s.",
            f"{DEBTORS + 1} 个客户、{facts} 条事实、{DAYS} 个营业日，"
            f"经台账、承诺、通知三个服务，用时 {seconds:.1f} 秒。",
        ),
        "bold",
    )
    _ageing(reached.get("ledger", "/v1/ageing"))
    _steps(reached)


def _ageing(ageing: dict[str, Any]) -> None:
    columns = (
        say("currency", "币种"),
        say("days overdue", "逾期天数"),
        say("amount", "金额"),
        say("items", "笔数"),
    )
    rows = [
        (currency, _bounds(bucket), bucket["amount"], bucket["items"])
        for currency, sums in sorted(ageing["currencies"].items())
        for bucket in sums["buckets"]
    ]
    show.table(say("Ageing today", "今日账龄"), columns, rows)


def _bounds(bucket: dict[str, Any]) -> str:
    first, last = bucket.get("from_days"), bucket.get("to_days")
    if first is None:
        return say("not due", "未到期")
    return f"{first}-{last}" if last is not None else f"{first}+"


def _steps(reached: Services) -> None:
    """How often each step was said, from the feed that other systems follow."""
    counts: Counter[tuple[str, str]] = Counter()
    after = ""
    while True:
        page = reached.get("notifier", "/v1/escalations", after=after, limit=1000)
        counts.update((entry["step"], entry["status"]) for entry in page["items"])
        if not page["items"] or not page.get("next"):
            break
        after = page["next"]
    statuses = ("proposed", "raised", "lifted", "voided", "retracted")
    steps = ("reminder", "second_notice", "stop", "court")
    rows = [(step, *(counts[step, status] for status in statuses)) for step in steps]
    show.table(say("Escalations said", "发出的措施"), (say("step", "措施"), *statuses), rows)
