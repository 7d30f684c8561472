"""``huikuan …``: the command line. Only declarations; each command's module loads when called.

Exit codes: 0 done · 1 done, but rows were rejected or a check found something · 2 wrong usage ·
3 no server answers, or another process holds the installation · 4 refused.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.commands import backtest_declared, foresight_declared, import_declared
from services.commands.declared import AsJson, Commands, dated, examples
from services.commands.groups import GROUPS
from services.commands.words import say


class Service(StrEnum):
    """A service that can be served or rebuilt alone."""

    LEDGER = "ledger"
    PROMISES = "promises"
    NOTIFIER = "notifier"


class Clock(StrEnum):
    """Who opens business days: the installation's midnight, or ``huikuan day open``."""

    SYSTEM = "system"
    MANUAL = "manual"


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
    epilog=examples("huikuan demo", "huikuan serve", "huikuan COMMAND --help", "", *_ENVIRONMENT),
)


for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)
backtest_declared.declare(app)
import_declared.declare(app)
foresight_declared.declare(app)


@app.command(
    help=say(
        "Serve everything in one process, or one service.", "启动全部服务，或只启动其中一个。"
    ),
    epilog=examples(
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
    help=say(
        "After a restored backup: read the service's own words back from the log.",
        "恢复备份之后：从日志读回本服务自己的记录。",
    ),
    epilog=examples("huikuan recover ledger"),
)
def recover(service: Service) -> None:
    """Recover a service that refuses to start because its backup is older than the log."""
    from services.commands import migrating  # noqa: PLC0415

    migrating.recover(service.value)


@app.command(
    help=say(
        "Fold a service's state anew from the log; says nothing to anybody.",
        "由日志重建某服务的状态；不对外发出任何消息。",
    ),
    epilog=examples("huikuan rebuild ledger", "huikuan rebuild notifier --verify"),
)
def rebuild(
    service: Service,
    *,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help=say("Decide anew too, and compare with what was said.", "并重新判定比对。"),
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Rebuild; with --verify exit code 1 where anything differs."""
    from services.commands import rebuilding  # noqa: PLC0415

    rebuilding.rebuild(service.value, verify=verify, as_json=json)


@app.command(
    help=say("Show it all with made-up data; keeps nothing.", "用虚构数据演示，不保留数据。"),
    epilog=examples("huikuan demo", "HUIKUAN_LANG=zh huikuan demo"),
)
def demo() -> None:
    """Two years of receivables through ledger, promises and notifier, in seconds."""
    from services.commands import demo as demonstrating  # noqa: PLC0415

    demonstrating.demo()


@app.command(
    help=say(
        "Make up a realistic portfolio: to a file, or with --send through the services.",
        "生成逼真的应收组合：写入文件，或加 --send 经各服务处理。",
    ),
    epilog=examples("huikuan sample --debtors 50 sample.jsonl", "huikuan sample --send"),
)
def sample(
    file: Annotated[Path | None, typer.Argument(dir_okay=False, metavar="[FILE]")] = None,
    *,
    seed: Annotated[int, typer.Option(help=say("Same seed, same facts.", "随机种子。"))] = 1,
    debtors: Annotated[int, typer.Option(min=1)] = 100,
    first: Annotated[datetime, dated(say("First day.", "首日。"), "--from")] = datetime(2025, 1, 1),  # noqa: DTZ001 - a date, as typer reads one
    days: Annotated[int, typer.Option(min=1, max=3660)] = 365,
    currency: str = "CNY",
    send: Annotated[
        bool, typer.Option("--send", help=say("Through the services.", "经各服务处理。"))
    ] = False,
) -> None:
    """Write or send a portfolio."""
    from services.commands import sampling  # noqa: PLC0415

    sampling.must_have_cents(currency)
    wanted = sampling.Wanted(seed, debtors, first.date(), days, currency)
    if send:
        sampling.send(wanted)
    else:
        sampling.write(wanted, file)


@app.command(
    help=say("Measure how fast it is on this machine.", "测量本机上的速度。"),
    epilog=examples("huikuan bench --events 100000 --runs 3"),
)
def bench(
    events: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1)] = 5,
) -> None:
    """Measure; needs a clone of the repository, for it starts Kafka and PostgreSQL."""
    from services.bench import report  # noqa: PLC0415

    report.bench(events, runs)
