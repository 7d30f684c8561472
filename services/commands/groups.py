"""The commands that stand below a word, such as ``day open`` and ``policy adopt``."""

from typing import Annotated

import typer

from services.commands.declared import ADay, AFile, AsJson, examples, group
from services.commands.words import say

day_app = group(say("Business days.", "营业日。"))
policy_app = group(say("Policies.", "催收策略。"))
quarantine_app = group(say("What was set aside or conflicts.", "被隔离或冲突的记录。"))
GROUPS: dict[str, typer.Typer] = {
    "day": day_app,
    "policy": policy_app,
    "quarantine": quarantine_app,
}
AnId = Annotated[str, typer.Argument(metavar="ID")]
ByWhom = Annotated[
    str, typer.Option(help=say("Who decides; default: you.", "决定人，默认当前用户。"))
]
Confirm = Annotated[
    bool,
    typer.Option(
        "--confirm", help=say("Though its date has passed.", "即使生效日已过，仍然采用。")
    ),
]
AReason = Annotated[str, typer.Option(help=say("Why.", "理由。"))]


@day_app.command(
    "open",
    help=say("Open the business days up to DATE, in order.", "依次开启营业日直到 DATE。"),
    epilog=examples("huikuan day open 2013-06-30"),
)
def day_open(day: ADay, *, json: AsJson = False) -> None:
    """Open days; the first ever opened is just that date."""
    from services.commands import days  # noqa: PLC0415 - loads only what was asked for

    days.open_days(day.date(), as_json=json)


@policy_app.command(
    "adopt",
    help=say("Adopt a policy document from its effective_on.", "自 effective_on 起采用策略文件。"),
    epilog=examples("huikuan policy adopt deploy/policies/standard.yaml"),
)
def policy_adopt(file: AFile, *, confirm: Confirm = False, json: AsJson = False) -> None:
    """Adopt a policy; of an earlier date only with --confirm, having seen what differs."""
    from services.commands import policies  # noqa: PLC0415

    policies.adopt(file, confirm=confirm, as_json=json)


@policy_app.command(
    "check",
    help=say("Check a policy document; adopts nothing.", "检查策略文件，不采用。"),
    epilog=examples("huikuan policy check my-policy.yaml"),
)
def policy_check(file: AFile, *, json: AsJson = False) -> None:
    """Check a policy; exit code 4 where it is refused."""
    from services.commands import policies  # noqa: PLC0415

    policies.check(file, as_json=json)


@quarantine_app.command(
    "list",
    help=say("What waits for a decision.", "等待处理的记录。"),
    epilog=examples("huikuan quarantine list", "huikuan quarantine list --all --json"),
)
def quarantine_list(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help=say("Settled ones too.", "包括已处理的。"))
    ] = False,
    json: AsJson = False,
) -> None:
    """List conflicts and records set aside."""
    from services.commands import quarantine  # noqa: PLC0415

    quarantine.list_(everything=everything, as_json=json)


@quarantine_app.command(
    "release",
    help=say("Send it through intake again.", "重新经过接收流程。"),
    epilog=examples('huikuan quarantine release 3/17 --reason "seen the paper"'),
)
def quarantine_release(
    identifier: AnId,
    *,
    reason: AReason,
    by: ByWhom = "",
    type_name: Annotated[
        str,
        typer.Option(
            "--type",
            metavar="huikuan.….v1",
            help=say(
                "What a record from the log is that holds only data.",
                "日志记录只有数据时，说明其事件类型。",
            ),
        ),
    ] = "",
    json: AsJson = False,
) -> None:
    """Release one."""
    from services.commands import quarantine  # noqa: PLC0415

    quarantine.settle(identifier, "released", by, reason, as_json=json, type_name=type_name)


@quarantine_app.command(
    "discard",
    help=say("Leave it out for good.", "永久丢弃。"),
    epilog=examples('huikuan quarantine discard 3/17 --reason "sent twice by mistake"'),
)
def quarantine_discard(
    identifier: AnId, *, reason: AReason, by: ByWhom = "", json: AsJson = False
) -> None:
    """Discard one."""
    from services.commands import quarantine  # noqa: PLC0415

    quarantine.settle(identifier, "discarded", by, reason, as_json=json)
