"""What a command says of a setting with which nothing can be opened, instead of a traceback."""

from contextlib import closing
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from huikuan.eventlog.open import open_log
from tests.cli.installed import run, run_here

NOBODY = "127.0.0.1:1"
LEDGER = "HUIKUAN_LEDGER_DB_URL"
LOG = "HUIKUAN_LOG_URL"


@pytest.mark.parametrize(
    ("setting", "value", "fix"),
    [
        (LEDGER, "ledger.db", "sqlite:////path"),
        (LEDGER, "mysql://sekret@somewhere/ledger", "postgresql://"),
        (LEDGER, "postgresql://u:sekret@somewhere:port/ledger", "postgresql://"),
        (LEDGER, "sqlite://", "sqlite:////path"),
        (LOG, "redis://sekret@somewhere", "kafka://host:port/topic"),
        (LOG, "kafka://[sekret", "embedded:/path/log.db"),
        (LOG, "kafka://127.0.0.1:sekret/topic", "kafka://host:port/topic"),
        (LOG, "kafka://127.0.0.1/sekret", "kafka://host:port/topic"),
        (LOG, "kafka://127.0.0.1:99999/sekret", "kafka://host:port/topic"),
        (LOG, "kafka://u:sekret@127.0.0.1:9092/topic", "kafka://host:port/topic"),
        ("HUIKUAN_CLOCK", "atomic", "'system' or 'manual'"),
        ("HUIKUAN_TIME_ZONE", "Asia/Sekret", "Asia/Shanghai"),
        ("HUIKUAN_TIME_ZONE", "../sekret", "Asia/Shanghai"),
    ],
)
def test_a_setting_that_names_nothing_is_named_with_what_it_may_be(
    tmp_path: Path, setting: str, value: str, fix: str
) -> None:
    refused = run_here(tmp_path, "migrate", **{setting: value})
    assert refused.returncode == 2, refused.stderr
    assert refused.stderr.startswith(f"huikuan: {setting}: ")
    assert refused.stderr.count("\n") == 1
    assert fix in refused.stderr
    assert "sekret" not in refused.stderr.lower()


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        (LEDGER, f"postgresql://u:sekret@{NOBODY}/ledger", "Connection refused"),
        (LEDGER, "sqlite:////proc/nowhere/ledger.db", "No such file or directory"),
        (LOG, f"kafka://{NOBODY}/topic", f"Kafka does not answer ({NOBODY}: "),
        (LOG, "embedded:/proc/nowhere/log.db", "No such file or directory"),
    ],
)
def test_what_does_not_answer_is_named_by_its_setting(
    tmp_path: Path, setting: str, value: str, why: str
) -> None:
    refused = run_here(tmp_path, "migrate", **{setting: value})
    assert refused.returncode == 3, refused.stderr
    assert refused.stderr.startswith(f"huikuan: {setting}: ")
    assert refused.stderr.count("\n") == 1
    assert why in refused.stderr
    assert "sekret" not in refused.stderr


def test_a_file_that_is_no_database_is_named_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 100)
    url = f"sqlite:///{tmp_path / 'notes.txt'}"
    refused = run_here(tmp_path, "migrate", HUIKUAN_PROMISES_DB_URL=url)
    assert refused.returncode == 3, refused.stderr
    assert refused.stderr.startswith("huikuan: HUIKUAN_PROMISES_DB_URL: ")
    assert "file is not a database" in refused.stderr


def test_a_log_of_other_partitions_is_named_with_what_is_needed(
    tmp_path: Path, kafka_bootstrap: str
) -> None:
    for url in (f"embedded:{tmp_path / 'log.db'}", f"kafka://{kafka_bootstrap}/{tmp_path.name}"):
        with closing(open_log(url, partitions=2)):
            pass
        refused = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url)
        assert refused.returncode == 3, refused.stderr
        assert refused.stderr.startswith(f"huikuan: {LOG}: names a log of 2 partitions, not 16;")
        chinese = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url, HUIKUAN_LANG="zh")
        assert chinese.stderr.startswith(f"huikuan: {LOG}：所指日志有 2 个分区，应为 16 个；")
        assert chinese.stderr.count("\n") == 1


def test_a_topic_that_throws_records_away_is_named_with_what_says_so(
    tmp_path: Path, kafka_bootstrap: str
) -> None:
    week = {"num_partitions": 16, "configs": {"retention.ms": "604800000"}}
    with closing(KafkaAdminClient(bootstrap_servers=kafka_bootstrap)) as administrator:
        administrator.create_topics({tmp_path.name: week}, wait_for_metadata=True)
    url = f"kafka://{kafka_bootstrap}/{tmp_path.name}"
    refused = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url)
    assert refused.returncode == 3, refused.stderr
    said = "names a topic that throws records away (retention.ms=604800000, not -1); set it to keep"
    assert refused.stderr.startswith(f"huikuan: {LOG}: {said}")
    chinese = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url, HUIKUAN_LANG="zh")
    assert chinese.stderr.startswith(f"huikuan: {LOG}：所指主题会丢弃记录（retention.ms=604800000")


def test_what_cannot_be_a_log_is_named_with_who_refuses_it(
    tmp_path: Path, kafka_bootstrap: str
) -> None:
    (tmp_path / "notes.txt").write_text("no log " * 100)
    for url, why in (
        (f"embedded:{tmp_path / 'notes.txt'}", "file is not a database"),
        (f"kafka://{kafka_bootstrap}/no!topic", "InvalidTopic"),
    ):
        refused = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url, HUIKUAN_LANG="zh")
        assert refused.returncode == 3, refused.stderr
        assert refused.stderr.startswith(f"huikuan: {LOG}：不能用作日志（")
        assert why in refused.stderr


def test_a_broker_that_is_away_is_told_in_chinese_with_its_address(tmp_path: Path) -> None:
    url = f"kafka://{NOBODY}/topic"
    refused = run_here(tmp_path, "migrate", HUIKUAN_LOG_URL=url, HUIKUAN_LANG="zh")
    why = f"（{NOBODY}: [Errno 111] Connection refused）；请启动 Kafka，或更正地址\n"
    assert refused.stderr == f"huikuan: {LOG}：Kafka 没有响应{why}"


@pytest.mark.parametrize(
    "words", [("day", "open", "2012-05-01"), ("serve", "--port", "0"), ("recover", "ledger")]
)
def test_every_command_says_so_in_the_language_of_its_reader(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    chinese = run(tmp_path, *words, **{LEDGER: "ledger.db"}, HUIKUAN_LANG="zh")
    assert chinese.returncode == 2, chinese.stderr
    assert f"huikuan: {LEDGER}：不是数据库地址" in chinese.stderr
    assert "Traceback" not in chinese.stderr
