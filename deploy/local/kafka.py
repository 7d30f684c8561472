"""A one-node Kafka on this machine, from the Maven jars (`make kafka-jars`) and a JDK >= 17."""

import argparse
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.process import NotStartedError, end, free_ports, is_running, spawn, wait_until

PROJECT = Path(__file__).resolve().parents[2]
JAVA_VERSION_MIN = 17
START_SECONDS = 60.0
_CLUSTER_ID = "aHVpa3Vhbi1sb2NhbC1rYQ"
_JVM = ("-Xmx384m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")
_ANSWER_SECONDS = 2.0
# Metadata (key 3), version 4, correlation 1, no client id, no topics, create none.
_METADATA_REQUEST = struct.pack(">ihhihiB", 15, 3, 4, 1, -1, 0, 0)
_METADATA_REPLY = struct.Struct(">iiii")
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A killed broker is let in again once its old session has ended.
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=2
"""


@dataclass(frozen=True)
class LocalKafka:
    """A broker that runs. Its topics stay in `directory`: starting there again finds them."""

    bootstrap: str
    pid: int
    directory: Path

    def stop(self) -> None:
        """End the broker in order."""
        end(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a crash would."""
        end(self.pid, signal.SIGKILL)


def jars_directory() -> Path:
    """Where the broker's jars are looked for: `HUIKUAN_KAFKA_JARS`, else the project's cache."""
    return Path(os.environ.get("HUIKUAN_KAFKA_JARS") or PROJECT / ".cache" / "kafka" / "jars")


def find_java() -> str | None:
    """Return the `java` of a JDK new enough for Kafka, or None."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if java is None:
        return None
    banner = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', banner)
    return java if version and int(version[1]) >= JAVA_VERSION_MIN else None


def missing() -> str | None:
    """Say what this machine lacks to start a broker, in words for people; None if nothing."""
    if find_java() is None:
        return f"no JDK >= {JAVA_VERSION_MIN} (set JAVA_HOME or install one)"
    if not any(jars_directory().glob("kafka_*.jar")):
        return f"no Kafka jars in {jars_directory()} (run `make kafka-jars`)"
    return None


def start_kafka(directory: Path) -> LocalKafka:
    """Start a broker whose data lie in `directory`; on a used directory, the same ports again.

    Raises NotStartedError when the machine lacks something or the broker ends or stays silent.
    """
    lack = missing()
    if lack:
        raise NotStartedError(lack)
    properties = directory / "server.properties"
    if not properties.exists():
        _format(directory, properties)
    listener = re.search(
        r"^advertised\.listeners=PLAINTEXT://(.*)\n", properties.read_text(), re.MULTILINE
    )
    if listener is None:
        raise NotStartedError(f"{properties} names no listener; delete {directory}")
    log = directory / "broker.log"
    pid = spawn([*_java(), "kafka.Kafka", str(properties)], log)
    running = LocalKafka(listener[1], pid, directory)
    try:
        wait_until(lambda: not is_running(pid) or answers(running.bootstrap), START_SECONDS)
        if not is_running(pid) or not answers(running.bootstrap):
            raise NotStartedError(f"Kafka did not start; see {log}:\n{log.read_text()[-2000:]}")
    except BaseException:  # also Ctrl-C: nobody else knows of the process yet
        running.kill()
        raise
    return running


def answers(bootstrap: str) -> bool:
    """Whether a broker at this address says that it serves.

    Asked by hand, because kafka-python leaves its sockets open where nobody answers.
    """
    host, port = bootstrap.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS) as connection:
            connection.sendall(_METADATA_REQUEST)
            reply = connection.recv(_METADATA_REPLY.size, socket.MSG_WAITALL)
    except OSError:
        return False
    if len(reply) < _METADATA_REPLY.size:
        return False
    _size, _correlation, _throttle_ms, brokers = _METADATA_REPLY.unpack(reply)
    return bool(brokers)


def _format(directory: Path, properties: Path) -> None:
    """Write the settings of a new broker and give its storage the cluster's id."""
    directory.mkdir(parents=True, exist_ok=True)
    broker, controller = free_ports(2)
    draft = properties.with_suffix(".draft")
    draft.write_text(
        _PROPERTIES.format(broker=broker, controller=controller, data=directory / "data")
    )
    storage = [*_java(), "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(draft)]
    done = subprocess.run(storage, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStartedError(f"Kafka's storage could not be formatted: {done.stderr[-2000:]}")
    draft.rename(properties)


def _java() -> list[str]:
    java = find_java()
    assert java is not None, "missing() is asked first"
    return [java, *_JVM, "-cp", f"{jars_directory()}/*"]


def main() -> None:
    """Run a broker until Ctrl-C: `python -m deploy.local.kafka var/kafka`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("directory", type=Path)
    kafka = start_kafka(parser.parse_args().directory.resolve())
    print(f"KAFKA_BOOTSTRAP={kafka.bootstrap}", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        kafka.stop()


if __name__ == "__main__":
    main()
