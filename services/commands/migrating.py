"""``huikuan migrate``: the databases of all services, or of one, to the newest schema."""

import os

from huikuan.eventlog.installation import InstallationInUseError
from huikuan.eventlog.log import LogError
from huikuan.web.keys import Keys
from services.all_in_one import Installation
from services.commands import show
from services.commands.reach import home_of
from services.commands.server_file import SERVICES
from services.commands.trouble import UNREACHABLE, CommandError
from services.commands.words import say


def migrate(service: str | None) -> None:
    """Opening brings a database to its newest schema; nothing is started."""
    names = (service,) if service else SERVICES
    try:
        Installation(home_of(os.environ), names, Keys(frozenset())).close()
    except (InstallationInUseError, LogError) as error:
        raise CommandError(str(error), UNREACHABLE) from None
    show.line(say(f"Up to date: {', '.join(names)}", f"已是最新：{', '.join(names)}"))
