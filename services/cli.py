"""``huikuan …``: the command line. Only declarations; each command's module loads when called.

Exit codes: 0 done · 1 done, but rows were rejected or a check found something · 2 wrong usage ·
3 no server answers, or another process holds the installation · 4 refused.
"""

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from services.commands.trouble import CommandError
from services.commands.words import say


class Commands(TyperGroup):
    """Ends with a sentence and an exit code where a command raises ``CommandError``."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except CommandError as error:
            sys.stderr.write(f"huikuan: {error}\n")
            raise typer.Exit(error.code) from None


class Service(StrEnum):
    """A service that can be served or rebuilt alone."""

    LEDGER = "ledger"
    PROMISES = "promises"
    NOTIFIER = "notifier"


class Clock(StrEnum):
    """Who opens business days: the installation's midnight, or ``huikuan day open``."""

    SYSTEM = "system"
    MANUAL = "manual"


class Outcome(StrEnum):
    """What became of what was set aside."""

    RELEASED = "released"
    DISCARDED = "discarded"


def _examples(*lines: str) -> str:
    """What click prints as it stands, below a command's help."""
    text = "\n".join((say("Examples:", "示例："), *lines))
    return "\n\n".join("\b\n" + paragraph for paragraph in text.split("\n\n"))


_ENVIRONMENT = (
    "HUIKUAN_HOME      ./var",
    "HUIKUAN_URL       http://127.0.0.1:8080",
    "HUIKUAN_API_KEY   hk_live_…",
    "HUIKUAN_LOG_URL   embedded:… | kafka://host:9092",
    "HUIKUAN_LANG      en | zh",
)
app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Receivables from facts: what is owed, what was promised, what must be stopped, and why.",
        "由事实重建应收：谁欠多少、承诺了什么、该停什么、为什么。",
    ),
    epilog=_examples("huikuan demo", "huikuan serve", "huikuan COMMAND --help", "", *_ENVIRONMENT),
)
day_app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help=say("Business days.", "营业日。"),
    rich_markup_mode=None,
)
policy_app = typer.Typer(
    cls=Commands, no_args_is_help=True, help=say("Policies.", "催收策略。"), rich_markup_mode=None
)
quarantine_app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help=say("What was set aside or conflicts.", "被隔离或冲突的记录。"),
    rich_markup_mode=None,
)
app.add_typer(day_app, name="day")
app.add_typer(policy_app, name="policy")
app.add_typer(quarantine_app, name="quarantine")

AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON.", "以 JSON 输出。"))]
ADay = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DATE")]
AFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]


@app.command(
    help=say(
        "Serve everything in one process, or one service.", "启动全部服务，或只启动其中一个。"
    ),
    epilog=_examples(
        "huikuan serve", "huikuan serve --port 9000 --clock manual", "huikuan serve ledger"
    ),
)
def serve(
    service: Annotated[Service | None, typer.Argument()] = None,
    host: Annotated[str, typer.Option(help=say("Address.", "监听地址。"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port")] = 8080,
    clock: Annotated[
        Clock | None, typer.Option(help=say("Who opens days.", "由谁开启营业日。"))
    ] = None,
) -> None:
    """Serve until Ctrl-C."""
    from services.commands import serving  # noqa: PLC0415 - loads only what was asked for

    serving.serve(service.value if service else None, host, port, clock.value if clock else "")


@app.command(
    help=say("Bring the databases to the newest schema.", "把数据库升级到最新结构。"),
)
def migrate(
    service: Annotated[Service | None, typer.Argument()] = None,
) -> None:
    """Migrate all services, or one."""
    from services.commands import migrating  # noqa: PLC0415

    migrating.migrate(service.value if service else None)


@app.command(
    "import",
    help=say(
        "Import a CSV file by a mapping; with --history, day by day as it happened.",
        "按映射导入 CSV；加 --history 则按发生的先后逐日导入。",
    ),
    epilog=_examples(
        "huikuan import receivables.csv --mapping deploy/mappings/receivables.yaml --dry-run",
        "huikuan import receivables.csv --mapping deploy/mappings/receivables.yaml --history",
    ),
)
def import_(
    file: AFile,
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, metavar="M.yaml")],
    *,
    history: Annotated[
        bool, typer.Option("--history", help=say("Open the days in between.", "逐日开启营业日。"))
    ] = False,
    through: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help=say("Last day to open.", "开启到哪一天为止。"),
            metavar="DATE",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("Check, send nothing.", "只检查，不写入。"))
    ] = False,
    json: AsJson = False,
) -> None:
    """Import; exit code 1 where rows were rejected (they are in FILE.errors.csv)."""
    from services.commands import importing  # noqa: PLC0415

    importing.import_file(
        file, mapping, history=history, through=_date(through), dry_run=dry_run, as_json=json
    )


@day_app.command(
    "open",
    help=say("Open the business days up to DATE, in order.", "依次开启营业日直到 DATE。"),
    epilog=_examples("huikuan day open 2013-06-30"),
)
def day_open(day: ADay, *, json: AsJson = False) -> None:
    """Open days; the first ever opened is just that date."""
    from services.commands import days  # noqa: PLC0415

    days.open_days(day.date(), as_json=json)


@policy_app.command(
    "adopt",
    help=say("Adopt a policy document from its effective_on.", "自 effective_on 起采用策略文件。"),
    epilog=_examples("huikuan policy adopt deploy/policies/standard.yaml"),
)
def policy_adopt(file: AFile, *, json: AsJson = False) -> None:
    """Adopt a policy."""
    from services.commands import policies  # noqa: PLC0415

    policies.adopt(file, as_json=json)


@policy_app.command(
    "check",
    help=say("Check a policy document; adopts nothing.", "检查策略文件，不采用。"),
    epilog=_examples("huikuan policy check my-policy.yaml"),
)
def policy_check(file: AFile, *, json: AsJson = False) -> None:
    """Check a policy; exit code 4 where it is refused."""
    from services.commands import policies  # noqa: PLC0415

    policies.check(file, as_json=json)


@app.command(
    help=say(
        "Fold a service's state anew from the log; says nothing to anybody.",
        "由日志重建某服务的状态；不对外发出任何消息。",
    ),
    epilog=_examples("huikuan rebuild ledger", "huikuan rebuild notifier --verify"),
)
def rebuild(
    service: Service,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help=say("Compare, change nothing.", "只比较，不替换。"))
    ] = False,
    json: AsJson = False,
) -> None:
    """Rebuild; with --verify exit code 1 where anything differs."""
    from services.commands import rebuilding  # noqa: PLC0415

    rebuilding.rebuild(service.value, verify=verify, as_json=json)


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
