"""How a command ends where the installation cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huikuan.eventlog.installation import InstallationInUseError
from huikuan.eventlog.log import LogError
from huikuan.eventlog.prepare import OtherDatabaseError
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
        raise CommandError(say(str(error), _in_chinese(error)), UNREACHABLE) from None
    except OSError as error:
        sentence = say(
            f"cannot keep state in {home}; see HUIKUAN_HOME",
            f"无法在 {home} 保存状态，见 HUIKUAN_HOME",
        )
        raise CommandError(f"{sentence}: {error.strerror}", UNREACHABLE) from None


def _in_chinese(error: Exception) -> str:
    """The same where it is known; what only operators of Kafka meet stays as it is."""
    match error:
        case InstallationInUseError(home=home, pid=pid):
            holder = f"进程 {pid} " if pid else "另一进程"
            return f"{home} 中的安装正由{holder}使用"
        case RestoredBackupError(publisher=publisher, partition=at, seq=seq, known=known):
            return (
                f"日志分区 {at} 中有 {publisher} 的记录，其发件箱却没有"
                f"（序号 {seq}，已知 {known}）：数据库是否恢复自备份？"
                f"请运行 `huikuan recover {publisher}`"
            )
        case OtherDatabaseError(partitions=partitions, made_for=made_for):
            return (
                f"日志有 {partitions} 个分区，而该数据库是为 {made_for} 个分区建立的："
                "同一客户的记录将不在一处"
            )
        case _:
            return str(error)
