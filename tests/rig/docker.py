"""Kafka and PostgreSQL in containers, where a Docker engine answers.

By plain `docker run`: the testcontainers package ends a container with the process that started
it, which here is one of several workers. `tests.rig.shared` ends what the run started.
"""

import shutil
import subprocess
from collections.abc import Callable

import psycopg

from deploy.local.kafka import answers
from deploy.local.process import NotStartedError, free_ports, wait_until
from tests.rig.shared import Server

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
START_SECONDS = 120.0


def reachable() -> bool:
    """Whether a Docker engine answers; a client alone does not count."""
    if shutil.which("docker") is None:
        return False
    return not subprocess.run(["docker", "version"], capture_output=True, check=False).returncode


def start_kafka() -> Server:
    """Start one Kafka node that advertises the port bound on this machine."""
    (port,) = free_ports(1)
    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    url = f"127.0.0.1:{port}"
    return _start(KAFKA_IMAGE, f"{port}:{port}", environment, url, lambda: answers(url))


def start_postgres() -> Server:
    """Start one PostgreSQL that trusts whoever reaches its port, which only this machine can."""
    (port,) = free_ports(1)
    plain = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    url = plain.replace("postgresql:", "postgresql+psycopg:")
    trust = {"POSTGRES_HOST_AUTH_METHOD": "trust"}
    return _start(POSTGRES_IMAGE, f"{port}:5432", trust, url, lambda: _accepts(plain))


def _start(
    image: str, ports: str, environment: dict[str, str], url: str, up: Callable[[], bool]
) -> Server:
    """Run the image with `ports` (host:container) bound on loopback, and wait until it is up."""
    given = [f"--env={name}={value}" for name, value in environment.items()]
    command = ["docker", "run", "--detach", f"--publish=127.0.0.1:{ports}", *given, image]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStartedError(f"{image} could not be run: {done.stderr.strip()}")
    server = Server(url, container=done.stdout.strip())
    if not wait_until(up, START_SECONDS):
        server.stop()
        raise NotStartedError(f"{image} did not answer within {START_SECONDS:.0f} s")
    return server


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
