"""Opening a log by its URL."""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.log import Log, LogError
from huikuan.eventlog.memory import MemoryLog

TOPIC = "huikuan.log"
PARTITIONS = 16
_CLIENTS = ("kafka-python", "librdkafka")
_BROKER = re.compile(r"(?:[^\s:@\[\]]+|\[[0-9a-fA-F:.]+\]):([0-9]{1,5})", re.ASCII)
_PORT_MAX = 65_535


class LogUrlError(LogError):
    """A URL names no log."""


def open_log(
    url: str,
    *,
    topic: str = TOPIC,
    partitions: int = PARTITIONS,
    create: bool = True,
    client: str = "kafka-python",
) -> Log:
    """Open the log, making it if there is none and it may be made.

    ``memory:``, ``embedded:/path/log.db`` or ``kafka://host:port[,host:port][/topic][?client=…]``;
    what the URL says about topic and client wins over the arguments.

    Raises ``LogUrlError`` for a URL that names no log, ``LogError`` for no log there or one with
    other partitions,
    ``LogAwayError`` where no broker answers; ``ImportError`` where the client is not installed.
    """
    parts = _parts_of(url)
    match parts.scheme:
        case "memory":
            return MemoryLog(partitions)
        case "embedded" if parts.path:
            return EmbeddedLog(Path(unquote(parts.path)), partitions=partitions, create=create)
        case "kafka" if all(map(_is_broker, parts.netloc.split(","))):
            asked = dict(parse_qsl(parts.query))
            client = asked.pop("client", client)
            if not asked:
                topic = parts.path.strip("/") or topic
                return _open_kafka(
                    parts.netloc, topic, client, partitions=partitions, create=create
                )
    raise _no_log(url)


def _parts_of(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _no_log(url) from None


def _is_broker(text: str) -> bool:
    found = _BROKER.fullmatch(text.strip())
    return found is not None and 0 < int(found[1]) <= _PORT_MAX


def _no_log(url: str) -> LogUrlError:
    return LogUrlError(
        f"{url!r} names no log: use memory:, embedded:/path/log.db or "
        "kafka://host:port/topic?client=librdkafka"
    )


def _open_kafka(bootstrap: str, topic: str, client: str, *, partitions: int, create: bool) -> Log:
    # Imported where chosen: an embedded installation loads no Kafka client.
    if client == "kafka-python":
        from huikuan.eventlog.kafka_python import KafkaPythonLog  # noqa: PLC0415

        return KafkaPythonLog(bootstrap, topic, partitions=partitions, create=create)
    if client == "librdkafka":
        from huikuan.eventlog.librdkafka import LibrdkafkaLog  # noqa: PLC0415

        return LibrdkafkaLog(bootstrap, topic, partitions=partitions, create=create)
    raise LogUrlError(f"there is no Kafka client {client!r}: choose one of {', '.join(_CLIENTS)}")
