"""Kafka and PostgreSQL in containers by testcontainers, where a Docker engine answers.

Ryuk, its reaper, is off: it would end a container with the process that started it, which here is
one of several workers. `tests.rig.shared` ends what the run started, when all are done.

testcontainers knows only Confluent's Kafka images; `apache/kafka` is the project's own.
"""

import contextlib
import gc
import io
import tarfile
import warnings
from collections.abc import Iterator

from docker.errors import DockerException, NotFound
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from deploy.local.kafka import answers
from deploy.local.postgres import sqlalchemy_url
from deploy.local.process import NotStartedError, wait_until
from tests.rig.shared import Server

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
START_SECONDS = 120.0
KAFKA_PORT = 9092
"""In the container. The port outside is known only once the container runs, and the broker must
be told before it starts: so the container waits for a script that says it."""
START_SCRIPT = "/tmp/start-kafka.sh"  # noqa: S108 - in the container, which has no other users
RUN_KAFKA = "/etc/kafka/docker/run"
KAFKA_ENVIRONMENT = {
    "CLUSTER_ID": "aHVpa3Vhbi10ZXN0cy1rYQ",
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_LISTENERS": f"PLAINTEXT://:{KAFKA_PORT},BROKER://:9093,CONTROLLER://:9094",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
        "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"
    ),
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_LOG_RETENTION_MS": "-1",
}


def reachable() -> bool:
    """Whether a Docker engine answers; a client alone does not count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = _engine_answers()
        gc.collect()  # the package leaves the socket on which nobody answered to the collector
    return found


def start_kafka() -> Server:
    """Start one Kafka node that advertises the port bound on the engine's machine."""
    waits = f"while [ ! -s {START_SCRIPT} ]; do sleep 0.1; done; exec bash {START_SCRIPT}"
    container = DockerContainer(KAFKA_IMAGE).with_envs(**KAFKA_ENVIRONMENT)
    container.with_command(["sh", "-c", waits]).with_exposed_ports(KAFKA_PORT)
    with _ended_if_not_up(container, KAFKA_IMAGE):
        container.start()
        host = container.get_container_host_ip()
        port = container.get_exposed_port(KAFKA_PORT)
        script = archive(START_SCRIPT, start_script(host, port))
        container.get_wrapped_container().put_archive("/", script)
        if not wait_until(lambda: answers(f"{host}:{port}"), START_SECONDS):
            raise NotStartedError(container.get_logs()[0].decode()[-2000:])
    return _server(f"{host}:{port}", container)


def start_postgres() -> Server:
    """Start one PostgreSQL."""
    container = PostgresContainer(POSTGRES_IMAGE, driver="psycopg")
    with _ended_if_not_up(container, POSTGRES_IMAGE):
        container.start()
    return _server(sqlalchemy_url(container.get_connection_url()), container)


def remove(container: str) -> None:
    """End a container and remove what it stored, whichever process started it."""
    client = DockerClient().client
    with contextlib.suppress(NotFound):
        client.containers.get(container).remove(force=True, v=True)
    client.close()


def start_script(host: str, port: int, run: str = RUN_KAFKA) -> str:
    """Say where clients outside find the broker, then run it as the image would."""
    return (
        f'export KAFKA_ADVERTISED_LISTENERS="PLAINTEXT://{host}:{port},BROKER://localhost:9093"\n'
        f"exec {run}\n"
    )


def archive(path: str, text: str) -> bytes:
    """One file as the tar archive in which Docker takes files."""
    content = text.encode()
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.size = len(content)
    entry.mode = 0o755
    with io.BytesIO() as whole:
        with tarfile.open(fileobj=whole, mode="w") as tar:
            tar.addfile(entry, io.BytesIO(content))
        return whole.getvalue()


def _engine_answers() -> bool:
    try:
        client = DockerClient(timeout=5).client
    except DockerException:
        return False
    client.close()
    return True


@contextlib.contextmanager
def _ended_if_not_up(container: DockerContainer, image: str) -> Iterator[None]:
    testcontainers_config.ryuk_disabled = True
    try:
        yield
    except BaseException as error:  # also Ctrl-C: nobody else knows of the container yet
        container.stop()
        if not isinstance(error, Exception):
            raise
        raise NotStartedError(f"{image} did not start: {error}") from error


def _server(url: str, container: DockerContainer) -> Server:
    started = Server(url, container=container.get_container_id())
    container.get_docker_client().client.close()
    return started
