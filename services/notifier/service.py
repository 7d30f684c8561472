"""The notifier put together: machinery, policies, questions, answers, the public topic."""

import threading
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from huikuan.eventlog.log import Log
from huikuan.eventlog.open import open_log
from huikuan.eventlog.turning import Turning
from services.notifier.adopting import Adopting
from services.notifier.answering import Answering
from services.notifier.backtest_jobs import Backtests
from services.notifier.following import Following
from services.notifier.foresight import Foresight
from services.notifier.publish import TOPIC, PublicTopic
from services.notifier.questions import Questions
from services.notifier.settings import Settings
from services.notifier.unanswered import Unanswered

_UNWOKEN_S = 1.0
"""How long to wait unwoken: the gate of another process may have let something out."""


class Notifier:
    """One notifier. ``service`` is the machinery that all services share."""

    def __init__(self, service: Following, open_topic: Callable[[], Log] | None = None) -> None:
        """``open_topic`` opens the public topic; None where the log is embedded."""
        self.service = service
        self.adopting = Adopting(service)
        self.answering = Answering(service)
        self.questions = Questions(service)
        self.unanswered = Unanswered(service)
        service.alarms.append(self.unanswered.alarms)
        self.foresight = Foresight(service)
        self.backtests = Backtests(service)
        self._open_topic = open_topic
        self._publishing: Publishing | None = None

    def start(self) -> None:
        """Follow the log, and publish."""
        self.service.bell.is_silenced = False
        self.service.start()
        if self._open_topic is not None and self._publishing is None:
            self._publishing = Publishing(self.service, self._open_topic())
            self._publishing.start()

    def stop(self) -> None:
        """End what ``start`` began."""
        self.service.bell.silence()
        self.backtests.stop()
        publishing, self._publishing = self._publishing, None
        if publishing is not None:
            publishing.stop()
        self.service.stop()

    def close(self) -> None:
        """Stop, and give up the database."""
        self.stop()
        self.service.close()


class Publishing:
    """The thread that writes the public topic whenever something went out."""

    def __init__(self, service: Following, topic: Log) -> None:
        self._log = topic
        self._topic = PublicTopic(topic, service.database, service.feed, service.epochs)
        self._rung = threading.Event()
        service.bell.hear(self._rung)
        turning = Turning("notifier-publish", self._turn, self._topic.forget, lambda _: None)
        self._turning = service.publishing = turning

    def start(self) -> None:
        """Begin with whatever is not on the topic yet."""
        self._rung.set()
        self._turning.start()

    def stop(self) -> None:
        """End after the turn, and give up the connection."""
        self._turning.stop()
        self._rung.set()
        self._turning.join(30.0)
        self._log.close()

    def _turn(self) -> None:
        self._rung.wait(_UNWOKEN_S)
        self._rung.clear()
        try:
            while self._topic.send():
                pass
        except BaseException:
            self._rung.set()
            raise


def build(settings: Settings, log: Log) -> Notifier:
    """A notifier on this log, not migrated and not started yet."""
    service = Following(log, settings.database)
    if not settings.public_topic:
        return Notifier(service)
    return Notifier(service, lambda: open_public_topic(settings.public_topic, log.partitions))


def open_public_topic(url: str, partitions: int) -> Log:
    """The public topic beside a log: ``huikuan.escalations``, or a test's own after its log's."""
    parts = urlsplit(url)
    log_topic = parts.path.strip("/")
    topic = TOPIC if log_topic in {"", "huikuan.log"} else f"{log_topic}.escalations"
    return open_log(urlunsplit(parts._replace(path=f"/{topic}")), partitions=partitions)
