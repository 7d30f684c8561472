"""``huikuan migrate`` and ``huikuan recover``: what is done to databases while nothing runs."""

import os
from collections.abc import Sequence

from huikuan.web.keys import Keys
from services.all_in_one import Installation
from services.commands import show
from services.commands.opening import opening
from services.commands.server_file import SERVICES, home_of
from services.commands.words import say


def migrate(service: str | None) -> None:
    """Opening brings a database to its newest schema; nothing is started."""
    names = (service,) if service else SERVICES
    _open(names).close()
    show.line(say(f"Up to date: {', '.join(names)}", f"已是最新：{', '.join(names)}"))


def recover(service: str) -> None:
    """Let the service take back what the log has of its words and its database has not."""
    installation = _open((service,))
    try:
        count = installation.parts[0].built.service.recover()
    finally:
        installation.close()
    show.line(say(f"{service}: {count} records read back", f"{service}：读回 {count} 条记录"))


def _open(names: Sequence[str]) -> Installation:
    home = home_of(os.environ)
    with opening(home):
        return Installation(home, names, Keys(frozenset()))
