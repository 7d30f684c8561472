"""What the declarations of commands have in common."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from huikuan.eventlog.calm import calm_gc
from services.commands.trouble import CommandError
from services.commands.words import say

_DATES = ["%Y-%m-%d"]


class Commands(TyperGroup):
    """Ends with a sentence and an exit code where a command raises ``CommandError``."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        if ctx.parent is None:
            calm_gc()  # else its start looks through what it imports, again and again
        try:
            return super().invoke(ctx)
        except CommandError as error:
            sys.stderr.write(f"huikuan: {error}\n")
            raise typer.Exit(error.code) from None


def examples(*lines: str) -> str:
    """What is printed as it stands below a command's help."""
    text = "\n".join((say("Examples:", "示例："), *lines))
    return "\n\n".join("\b\n" + paragraph for paragraph in text.split("\n\n"))


def group(sentence: str) -> typer.Typer:
    """A command with commands below it."""
    return typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None, help=sentence)


def on(moment: datetime | None) -> date | None:
    """The date that was typed: typer knows only moments."""
    return moment.date() if moment else None


def dated(sentence: str, *names: str) -> Any:
    """An option that takes a date; called as its parameter unless names are given."""
    return typer.Option(*names, formats=_DATES, metavar="DATE", help=sentence)


AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON.", "以 JSON 输出。"))]
ADay = Annotated[datetime, typer.Argument(formats=_DATES, metavar="DATE")]
AFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]
