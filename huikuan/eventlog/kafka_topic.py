"""The topic that is the log: how it is made, what is asked of it, and what its records say.

Shared by both Kafka clients. The topic is made by kafka-python in either case, which is always
there, so that its id reads the same whichever client an installation chooses.
"""

import logging
import socket
import uuid
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, RetriableError, TopicAlreadyExistsError, for_code

from huikuan.eventlog.foreign import read_key
from huikuan.eventlog.kafka_client import made
from huikuan.eventlog.log import (
    ForgetfulLogError,
    LogAwayError,
    LogError,
    OtherPartitionsError,
)
from huikuan.eventlog.record import EVERYBODY, HEADER, Record, decode_meta

RECORD_BYTES_MAX = 4 << 20
"""The largest record that the topic takes, with its overhead."""
FOLLOW_WAIT_MS = 500
"""How long a broker waits for a record where a reader has come to the end."""
REQUEST_SECONDS = 10
"""How long a broker may take to answer a question."""
RECONNECT_MS_MAX = 1_000
"""How long a client may wait before it looks again for a broker that is away.

Left alone, clients wait longer each time, up to half a minute after the broker is back.
"""
DELIVERY_SECONDS = 30
"""How long an append may go unacknowledged before its outcome is called unknown."""

_NO_ERROR, _UNKNOWN_TOPIC = 0, 3
_KEEPING = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""What a topic says that throws nothing away."""
_CONFIGURATION = {**_KEEPING, "max.message.bytes": str(RECORD_BYTES_MAX)}
_log = logging.getLogger(__name__)


def ensure_topic(bootstrap: str, topic: str, partitions: int, *, create: bool) -> str:
    """The topic's id, after making the topic if there is none and it may be made.

    Raises ``LogError`` where there is no topic, it has other partitions or throws records away,
    ``LogAwayError`` where no broker answers.
    """
    refuse_unreachable(bootstrap)
    try:
        with closing(_administrator(bootstrap)) as administrator:
            described = _describe(administrator, topic)
            if described is None and create:
                _create(administrator, topic, partitions)
                described = _describe(administrator, topic)
            elif described is not None:
                _refuse_forgetful(administrator, topic)
    except RetriableError as error:
        raise LogAwayError(f"asking {bootstrap} about topic {topic}: {error!r}") from error
    except KafkaError as error:
        raise LogError(f"{bootstrap} refuses topic {topic}: {error!r}") from error
    if described is None:
        raise LogError(f"there is no topic {topic} at {bootstrap}")
    if len(described["partitions"]) != partitions:
        raise OtherPartitionsError(f"topic {topic}", len(described["partitions"]), partitions)
    return uuid.UUID(str(described["topic_id"])).hex


def refuse_unreachable(bootstrap: str) -> None:
    """Raise ``LogAwayError`` where no broker accepts a connection.

    Asked by hand first, because kafka-python leaves its sockets open where nobody answers.
    """
    reasons = []
    for broker in bootstrap.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), REQUEST_SECONDS).close()
        except (OSError, ValueError) as error:
            reasons.append(f"{broker}: {error}")
        else:
            return
    refusals = ConnectionError("; ".join(reasons))
    raise LogAwayError(f"no broker answers ({refusals})") from refusals


def record_of(
    partition: int,
    position: int,
    raw_key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]] | None,
) -> Record:
    """What a client consumed, as our record; foreign where we would never have written it."""
    header = None
    if headers:
        name, header = headers[0]
        if name != HEADER:
            header = next((content for name, content in headers if name == HEADER), None)
    key, meta = read_key(raw_key), decode_meta(header)
    if key is None:
        key, meta = EVERYBODY, None
    return Record(partition, position, key, value or b"", meta)


def _administrator(bootstrap: str) -> Any:
    return made(
        KafkaAdminClient,
        bootstrap_servers=bootstrap.split(","),
        request_timeout_ms=REQUEST_SECONDS * 1000,
        bootstrap_timeout_ms=REQUEST_SECONDS * 1000,
    )


def _describe(administrator: Any, topic: str) -> dict[str, Any] | None:
    (described,) = administrator.describe_topics([topic])
    code = described["error_code"]
    if code == _UNKNOWN_TOPIC:
        return None
    if code != _NO_ERROR:
        raise for_code(code)
    return dict(described)


def _refuse_forgetful(administrator: Any, topic: str) -> None:
    # Whoever made it may have left the cluster's week of retention: then facts would be lost, and
    # what the public topic had long ago would be written to it again.
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
    answered = administrator.describe_configs(asked, config_filter="all")["topic"][topic]
    if not answered:  # this client passes over the broker's refusal
        _log.warning("whether topic %s keeps all records is not ours to ask", topic)
        return
    unlike = [
        f"{name}={answered[name]['value']}, not {kept}"
        for name, kept in _KEEPING.items()
        if answered[name]["value"] != kept
    ]
    if unlike:
        raise ForgetfulLogError(f"topic {topic}", "; ".join(unlike))


def _create(administrator: Any, topic: str, partitions: int) -> None:
    asked = {topic: {"num_partitions": partitions, "configs": _CONFIGURATION}}
    try:
        administrator.create_topics(asked, wait_for_metadata=True)
    except TopicAlreadyExistsError:  # somebody was faster
        administrator.wait_for_topics([topic])
