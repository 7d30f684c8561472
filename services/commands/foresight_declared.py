"""The declarations of ``huikuan explain`` and ``huikuan forecast``."""

from datetime import datetime
from typing import Annotated

import typer

from services.commands.declared import AsJson, dated, examples, on
from services.commands.words import say

AnyDay = Annotated[datetime | None, dated(say("As of that day.", "截至该日。"))]
Until = Annotated[datetime | None, dated(say("Through that day.", "至该日。"))]

KnownAt = Annotated[
    str,
    typer.Option(
        help=say(
            "As known then: a time like 2026-01-31T12:00:00Z, or a position.",
            "按当时所知：时间（例如 2026-01-31T12:00:00Z）或位置标记。",
        )
    ),
]


def declare(app: typer.Typer) -> None:
    """Declare both."""
    app.command(
        help=say(
            "Tell one debtor's story: owed, promised, escalated; with --step why, or why not.",
            "讲清一个客户：欠款、承诺、措施；加 --step 说明某步骤为何生效或未生效。",
        ),
        epilog=examples(
            "huikuan explain 1604-LIFKX",
            "huikuan explain 1604-LIFKX --as-of 2013-06-30 --known-at 2013-07-05",
            "huikuan explain 1604-LIFKX --step stop",
        ),
    )(explain)
    app.command(
        help=say(
            "Tell what will happen if nothing arrives: to one debtor, or to all.",
            "若无变化将发生什么：某个客户，或全部客户。",
        ),
        epilog=examples(
            "huikuan forecast",
            "huikuan forecast 1604-LIFKX --until 2013-09-30",
            "huikuan forecast --kind stop_supply --json",
            "huikuan forecast --as-of 2013-06-30 --known-at 2013-07-05",
        ),
    )(forecast)


def explain(
    debtor: str,
    *,
    step: Annotated[str, typer.Option(help=say("Why this step.", "说明该步骤。"))] = "",
    as_of: AnyDay = None,
    known_at: KnownAt = "",
    json: AsJson = False,
) -> None:
    """Explain a debtor, or a step."""
    from services.commands import explain as explaining  # noqa: PLC0415 - loads what was asked for

    when = {"as_of": on(as_of), "known_at": known_at}
    if step:
        explaining.explain_step(debtor, step, when, as_json=json)
    else:
        explaining.explain(debtor, when, as_json=json)


def forecast(  # noqa: PLR0913 - each is an option
    debtor: Annotated[str, typer.Argument(metavar="[DEBTOR]")] = "",
    *,
    until: Until = None,
    as_of: AnyDay = None,
    known_at: KnownAt = "",
    step: Annotated[str, typer.Option(help=say("This step only.", "仅此步骤。"))] = "",
    kind: Annotated[str, typer.Option(help=say("This kind only.", "仅此类措施。"))] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help=say("Debtors shown.", "显示的客户数。"))
    ] = 100,
    json: AsJson = False,
) -> None:
    """Forecast for a debtor, or for all."""
    from services.commands import forecast as foretelling  # noqa: PLC0415

    asked = {"until": on(until), "as_of": on(as_of), "known_at": known_at}
    if debtor:
        foretelling.of_debtor(debtor, asked, as_json=json)
    else:
        wanted = {"step": step, "kind": kind, "limit": limit}
        foretelling.of_all(asked | wanted, as_json=json)
