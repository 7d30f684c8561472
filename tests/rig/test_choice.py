"""Which server a run gets: what the environment names, else a container, else a process here.

No machine of the project's has both Docker and none, so what a container would be told is run
through the image's own set-up program, which is in the broker's jar.
"""

import io
import os
import re
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from deploy.local import kafka
from tests.rig import docker, servers
from tests.rig.shared import Server


def test_an_address_in_the_environment_comes_before_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "10.0.0.1:9092")
    monkeypatch.setenv("POSTGRES_URL", "postgresql://owner@10.0.0.1/db")

    assert servers._kafka() == Server("10.0.0.1:9092")
    assert servers._postgres() == Server("postgresql+psycopg://owner@10.0.0.1/db")


def test_a_server_that_the_environment_names_is_not_ours_to_end() -> None:
    Server("10.0.0.1:9092").stop()


def test_an_engine_that_does_not_answer_is_no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")

    assert not docker.reachable()


def test_the_script_reaches_the_container_where_it_is_waited_for() -> None:
    sent = docker.archive(docker.START_SCRIPT, "exec true\n")

    with tarfile.open(fileobj=io.BytesIO(sent)) as tar:
        (entry,) = tar.getmembers()
        text = tar.extractfile(entry)
        assert f"/{entry.name}" == docker.START_SCRIPT
        assert entry.mode & stat.S_IROTH, "the image's user is not root"
        assert text is not None
        assert text.read() == b"exec true\n"


def test_the_image_makes_of_what_it_is_told_a_broker_that_names_the_port_outside(
    tmp_path: Path,
) -> None:
    if lack := kafka.missing():
        assert not os.environ.get("CI"), f"CI must have Kafka's jars: {lack}"
        pytest.skip(lack)
    for name in ("defaults", "mounted", "final"):
        (tmp_path / name).mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (tmp_path / "defaults" / name).write_text("")
    set_up = (
        f"{kafka.find_java()} -Xmx128m -cp '{kafka.jars_directory()}/*' "
        f"kafka.docker.KafkaDockerWrapper setup --default-configs-dir {tmp_path}/defaults "
        f"--mounted-configs-dir {tmp_path}/mounted --final-configs-dir {tmp_path}/final"
    )
    script = docker.start_script("192.0.2.7", 49153, run=set_up)
    environment = {
        **os.environ,
        **docker.KAFKA_ENVIRONMENT,
        "KAFKA_LOG_DIRS": str(tmp_path / "data"),
    }
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / "final" / "server.properties").read_text()
    advertised = re.search(r"^advertised\.listeners=(.*)$", made, re.MULTILINE)
    assert advertised
    assert advertised[1] == "PLAINTEXT://192.0.2.7:49153,BROKER://localhost:9093"
    assert (tmp_path / "data" / "meta.properties").exists(), "its storage was formatted"
