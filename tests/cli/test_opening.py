"""Why an installation cannot be opened is told in the language of whoever opens it."""

from pathlib import Path

import pytest

from huikuan.eventlog.installation import InstallationInUseError
from huikuan.eventlog.log import LogError
from huikuan.eventlog.prepare import OtherDatabaseError
from huikuan.eventlog.restored import RestoredBackupError
from services.commands.opening import opening
from services.commands.trouble import UNREACHABLE, CommandError

HOME = Path("/srv/huikuan")


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            InstallationInUseError(HOME, 4711),
            "the installation in /srv/huikuan belongs to process 4711, which is running",
            "/srv/huikuan 中的安装正由进程 4711 使用",
        ),
        (
            InstallationInUseError(HOME, None),
            "the installation in /srv/huikuan belongs to another process, which is running",
            "/srv/huikuan 中的安装正由另一进程使用",
        ),
        (
            RestoredBackupError("ledger", 3, seq=8, known=5),
            "words of ledger in partition 3 that its outbox lacks (seq 8, known 5): a restored",
            "日志分区 3 中有 ledger 的记录，其发件箱却没有（序号 8，已知 5）：数据库是否恢复自",
        ),
        (
            OtherDatabaseError(16, made_for=4),
            "the log has 16 partitions, this database was made for 4: a debtor's records would",
            "日志有 16 个分区，而该数据库是为 4 个分区建立的：同一客户的记录将不在一处",
        ),
        (LogError("the log is another one"), "the log is another one", "the log is another one"),
    ],
)
def test_it_ends_in_a_sentence(
    error: Exception, english: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, sentence in (("en", english), ("zh", chinese)):
        monkeypatch.setenv("HUIKUAN_LANG", language)
        with pytest.raises(CommandError) as ended, opening(HOME):
            raise error
        assert sentence in str(ended.value)
        assert ended.value.code == UNREACHABLE
