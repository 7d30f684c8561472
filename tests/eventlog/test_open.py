"""A log is chosen by its URL."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.kafka_python import KafkaPythonLog
from huikuan.eventlog.librdkafka import LibrdkafkaLog
from huikuan.eventlog.log import LogAwayError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.open import LogUrlError, open_log

_WITHOUT_CONFLUENT = """
import sys
sys.modules["confluent_kafka"] = None
from huikuan.eventlog.open import open_log
try:
    open_log("kafka://127.0.0.1:1?client=librdkafka")
except ImportError as error:
    print(error)
"""
_WHAT_IS_LOADED = """
import sys
from pathlib import Path
from huikuan.eventlog.open import open_log
open_log("embedded:" + sys.argv[1]).close()
print(sorted({"kafka", "confluent_kafka"} & set(sys.modules)))
"""


def test_memory() -> None:
    log = open_log("memory:", partitions=3)
    assert isinstance(log, MemoryLog)
    assert log.partitions == 3


def test_embedded(tmp_path: Path) -> None:
    path = tmp_path / "a home" / "log.db"
    with closing(open_log(f"embedded:{str(path).replace(' ', '%20')}")) as log:
        assert isinstance(log, EmbeddedLog)
        assert log.partitions == 16
    assert path.exists()


def test_kafka_by_either_client_is_the_same_topic(kafka_bootstrap: str, tmp_path: Path) -> None:
    url = f"kafka://{kafka_bootstrap}/open-{tmp_path.name}"
    with (
        closing(open_log(url, partitions=2)) as slow,
        closing(open_log(f"{url}?client=librdkafka", partitions=2, create=False)) as fast,
    ):
        assert isinstance(slow, KafkaPythonLog)
        assert isinstance(fast, LibrdkafkaLog)
        assert slow.topic_id == fast.topic_id


@pytest.mark.parametrize(
    "url",
    [
        "",
        "log.db",
        "embedded:",
        "kafka:",
        "kafka:///topic",
        "redis://localhost",
        "kafka://127.0.0.1:1?client=other",
        "kafka://127.0.0.1:1?cleint=librdkafka",
        "kafka://127.0.0.1",
        "kafka://127.0.0.1:/topic",
        "kafka://127.0.0.1:nine/topic",
        "kafka://127.0.0.1:1,127.0.0.1:nine/topic",
        "kafka://127.0.0.1:1,/topic",
        "kafka://127.0.0.1:0/topic",
        "kafka://127.0.0.1:65536/topic",
        "kafka://127.0.0.1:²/topic",
        "kafka://:9092/topic",
        "kafka://::1:9092/topic",
    ],
)
def test_a_url_that_names_no_log_is_refused(url: str) -> None:
    with pytest.raises(LogUrlError):
        open_log(url)


@pytest.mark.parametrize("brokers", ["127.0.0.1:1", "[::1]:1", "localhost:1, 127.0.0.1:1"])
def test_a_broker_that_is_well_named_is_only_away(brokers: str) -> None:
    with pytest.raises(LogAwayError):
        open_log(f"kafka://{brokers}/topic")


def test_a_client_that_is_not_installed_is_named_with_its_extra() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _WITHOUT_CONFLUENT], capture_output=True, text=True, check=True
    )
    assert "huikuan[librdkafka]" in ran.stdout


def test_an_embedded_installation_loads_no_kafka_client(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _WHAT_IS_LOADED, tmp_path / "log.db"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
