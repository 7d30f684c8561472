"""How a command ends where the installation cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huikuan.eventlog.installation import InstallationInUseError
from huikuan.eventlog.log import LogError
from huikuan.eventlog.restored import RestoredBackupError
from services.commands.trouble import UNREACHABLE, USAGE, CommandError
from services.commands.words import say
from services.opening import AwayError, SettingError


@contextmanager
def opening(home: Path) -> Iterator[None]:
    """Around what opens the installation in ``home``: raises ``CommandError`` in words."""
    try:
        yield
    except SettingError as error:
        code = UNREACHABLE if isinstance(error, AwayError) else USAGE
        words = error.words
        sentence = say(f"{error.setting}: {words.en}", f"{error.setting}：{words.zh}")
        raise CommandError(sentence, code) from None
    except (InstallationInUseError, LogError, RestoredBackupError) as error:
        raise CommandError(str(error), UNREACHABLE) from None
    except OSError as error:
        sentence = say(
            f"cannot keep state in {home}; see HUIKUAN_HOME",
            f"无法在 {home} 保存状态，见 HUIKUAN_HOME",
        )
        raise CommandError(f"{sentence}: {error.strerror}", UNREACHABLE) from None
