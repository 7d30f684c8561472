"""What a backtest costs: the whole of a log followed once more, under a policy."""

import time
from datetime import timedelta
from typing import Any

from huikuan.eventlog.open import open_log
from huikuan.eventlog.service import PUBLISHERS
from services.bench.fill import DAYS, FIRST_ON, FOUR_STEPS, PUBLISHER
from services.bench.raw import TIMED
from services.notifier.backtesting import Backtest
from services.notifier.domain.backtest import Period
from services.notifier.domain.policy import Policy
from services.notifier.trying import Trial

POLICIES: dict[str, dict[str, Any]] = {
    "four_steps": FOUR_STEPS,
    "one_stop": {
        "version": "bench-stop",
        "effective_on": FIRST_ON.isoformat(),
        "steps": [{"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 30}}],
    },
}


def backtest(log_url: str, policy: str) -> int:
    """Try one of ``POLICIES`` on two years of the log; answers how many records it has.

    Timed is the processor's time, which a core needs whatever else the machine does.
    """
    log = open_log(log_url)
    period = Period(FIRST_ON, FIRST_ON + timedelta(days=DAYS - 1))
    trial = Trial(policy=Policy.model_validate(POLICIES[policy]), period=period)
    ends = {partition: log.end(partition) for partition in range(log.partitions)}
    started_s = time.process_time()
    outcome = Backtest(log, PUBLISHERS | {PUBLISHER}, trial).run(ends)
    TIMED["seconds"] = time.process_time() - started_s
    log.close()
    return outcome.records
