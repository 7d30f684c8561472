"""The declaration of ``huikuan import``."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.commands.declared import AFile, AsJson, dated, examples, on
from services.commands.words import say

Mapping = Annotated[Path, typer.Option(exists=True, dir_okay=False, metavar="M.yaml")]
History = Annotated[
    bool, typer.Option("--history", help=say("Open the days in between.", "逐日开启营业日。"))
]
Through = Annotated[datetime | None, dated(say("Last day to open.", "开启到哪一天为止。"))]
Complete = Annotated[
    tuple[str, str] | None,
    typer.Option(
        metavar="FEED DATE",
        help=say(
            "With this file the feed is complete through the day, if every row goes in.",
            "全部写入后，声明该来源已完整到此日。",
        ),
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=say("Check, send nothing.", "只检查，不写入。"))
]


def _dated(complete: tuple[str, str]) -> tuple[str, date]:
    feed, through_on = complete
    try:
        return feed, date.fromisoformat(through_on)
    except ValueError:
        wrong = say(f"{through_on} is no date such as 2026-03-02", f"{through_on} 不是日期")
        raise typer.BadParameter(wrong, param_hint="--complete") from None


def declare(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        "import",
        help=say(
            "Import a CSV file by a mapping; with --history, day by day as it happened.",
            "按映射导入 CSV；加 --history 则按发生的先后逐日导入。",
        ),
        epilog=examples(
            "huikuan import receivables.csv --mapping deploy/mappings/receivables.yaml --dry-run",
            "huikuan import receivables.csv --mapping deploy/mappings/receivables.yaml --history",
            "huikuan import paid.csv --mapping bank.yaml --complete payments/icbc 2026-03-02",
        ),
    )
    def import_(
        file: AFile,
        mapping: Mapping,
        *,
        history: History = False,
        through: Through = None,
        complete: Complete = None,
        dry_run: DryRun = False,
        json: AsJson = False,
    ) -> None:
        """Import; exit code 1 where rows were rejected (they are in FILE.errors.csv)."""
        from services.commands import importing  # noqa: PLC0415

        importing.import_file(
            file,
            mapping,
            history=history,
            through=on(through),
            feed=importing.Feed(*_dated(complete)) if complete else None,
            dry_run=dry_run,
            as_json=json,
        )
