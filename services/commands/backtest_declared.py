"""The declaration of ``huikuan backtest``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.commands.declared import AFile, AsJson, dated, examples, on
from services.commands.words import say

From = Annotated[
    datetime | None,
    dated(say("First day; default: the first ever opened.", "首日，默认首个营业日。"), "--from"),
]
To = Annotated[
    datetime | None,
    dated(say("Last day; default: the open one.", "末日，默认当前营业日。"), "--to"),
]
Against = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help=say("Compare with this policy; default: what happened.", "与此策略比较，默认实际。"),
    ),
]
Debtors = Annotated[
    list[str] | None,
    typer.Option("--debtor", metavar="ID", help=say("Only these.", "仅限这些客户。")),
]
Assumed = Annotated[
    bool,
    typer.Option(
        "--assume-approved",
        help=say(
            "As if people approved everything at once, and notices arrived at once.",
            "视同所有拟定措施立即获批，催款函立即送达。",
        ),
    ),
]
Share = Annotated[
    float,
    typer.Option(min=0.0001, max=1, help=say("Part of the debtors, by hash.", "按散列的占比。")),
]
Seed = Annotated[
    int, typer.Option(min=0, help=say("Another seed, other debtors.", "换种子即换客户。"))
]


def declare(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help=say(
            "Try a policy on the past: steps added, removed, moved; days and amounts held.",
            "用历史检验策略：新增、取消、移动的措施，生效天数与金额。",
        ),
        epilog=examples(
            "huikuan backtest my-policy.yaml --from 2026-01-01 --to 2026-06-30",
            "huikuan backtest strict.yaml --against standard.yaml --json",
        ),
    )
    def backtest(  # noqa: PLR0913 - each is an option of its own
        file: AFile,
        *,
        first: From = None,
        last: To = None,
        against: Against = None,
        debtor: Debtors = None,
        assume_approved: Assumed = False,
        share: Share = 1.0,
        seed: Seed = 0,
        json: AsJson = False,
    ) -> None:
        """Backtest; exit code 4 where the policy or the period is refused."""
        from services.commands import backtest as backtesting  # noqa: PLC0415

        wanted = backtesting.Wanted(
            file, on(first), on(last), against, debtor or (), assume_approved, share, seed
        )
        backtesting.backtest(wanted, as_json=json)
