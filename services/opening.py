"""What keeps an installation from being opened, by the setting to look at, in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfoNotFoundError

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from huikuan.eventlog.engine import DatabaseUrlError
from huikuan.eventlog.log import (
    ForgetfulLogError,
    LogAwayError,
    LogError,
    OtherPartitionsError,
)
from huikuan.eventlog.open import LogUrlError
from huikuan.web.wording import Words, words_of

_LOG = "HUIKUAN_LOG_URL"
_NO_LOG = Words(
    "names no log; use embedded:/path/log.db or kafka://host:port/topic?client=librdkafka",
    "不是日志地址；可用 embedded:/path/log.db 或 kafka://host:port/topic?client=librdkafka",
)
_NO_DATABASE = Words(
    "names no database; use sqlite:////path/file.db or postgresql://user:password@host:5432/name",
    "不是数据库地址；可用 sqlite:////path/file.db 或 postgresql://user:password@host:5432/name",
)
_NO_ZONE = Words(
    "names no time zone; use a name of the IANA list such as Asia/Shanghai",
    "不是时区；请用 IANA 名称，例如 Asia/Shanghai",
)


class SettingError(Exception):
    """A setting is none that is possible; ``words`` say what it may be, never what it was."""

    def __init__(self, setting: str, words: Words) -> None:
        super().__init__(f"{setting}: {words.en}")
        self.setting, self.words = setting, words


class AwayError(SettingError):
    """What a setting names is well named, but cannot be opened now."""


@contextmanager
def reading_settings() -> Iterator[None]:
    """Around what reads the settings of a service."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingError(f"HUIKUAN_{first['loc'][0]}".upper(), words_of(first)) from error


@contextmanager
def opening_log() -> Iterator[None]:
    """Around what opens the log."""
    try:
        yield
    except LogUrlError as error:
        raise SettingError(_LOG, _NO_LOG) from error
    except OtherPartitionsError as error:
        raise AwayError(_LOG, _other_partitions(error.found, error.wanted)) from error
    except ForgetfulLogError as error:
        raise AwayError(_LOG, _forgetful(error.settings)) from error
    except LogAwayError as error:
        raise AwayError(_LOG, _no_broker(error.__cause__ or error)) from error
    except LogError as error:
        raise AwayError(_LOG, _no_good(error.__cause__ or error)) from error
    except (OSError, ImportError) as error:
        raise AwayError(_LOG, _not_opened(error)) from error


@contextmanager
def opening_service(name: str) -> Iterator[None]:
    """Around what builds a service and brings its database to its newest revision."""
    setting = f"HUIKUAN_{name.upper()}_DB_URL"
    try:
        yield
    except DatabaseUrlError as error:
        raise SettingError(setting, _NO_DATABASE) from error
    except DBAPIError as error:
        raise AwayError(setting, _not_opened(error.orig or error)) from error
    except ZoneInfoNotFoundError as error:
        raise SettingError("HUIKUAN_TIME_ZONE", _NO_ZONE) from error
    except OSError as error:
        raise AwayError(setting, _not_opened(error)) from error


def _not_opened(error: BaseException) -> Words:
    why = _first_line(error)
    return Words(
        f"cannot be opened ({why}); start what it names, or correct it",
        f"无法打开（{why}）；请启动所指的服务，或更正此设置",
    )


def _no_broker(error: BaseException) -> Words:
    why = _first_line(error)
    return Words(
        f"Kafka does not answer ({why}); start it, or correct the address",
        f"Kafka 没有响应（{why}）；请启动 Kafka，或更正地址",
    )


def _no_good(error: BaseException) -> Words:
    why = _first_line(error)
    return Words(
        f"cannot be used as a log ({why}); name another, or end what refuses it",
        f"不能用作日志（{why}）；请改用其他日志，或排除所述原因",
    )


def _other_partitions(found: int, wanted: int) -> Words:
    return Words(
        f"names a log of {found} partitions, not {wanted}; name another, or none that exists, "
        f"which is then made with {wanted}: their number is fixed at creation",
        f"所指日志有 {found} 个分区，应为 {wanted} 个；请改用其他日志，或写一个尚不存在的名称，"
        f"即按 {wanted} 个分区新建：分区数在创建时固定",
    )


def _forgetful(settings: str) -> Words:
    return Words(
        f"names a topic that throws records away ({settings}); set it to keep them all, or name "
        "another",
        f"所指主题会丢弃记录（{settings}）；请将其设为保留全部记录，或改用其他主题",
    )


def _first_line(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).partition("\n")[0]
