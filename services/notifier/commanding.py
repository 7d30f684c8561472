"""A command of people or of an obeying system: it acts when it is read back from the log."""

from datetime import date
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import select

from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved
from huikuan.web.problems import Problem
from huikuan.web.wording import Words
from services.notifier.domain.case import Escalation
from services.notifier.following import Following
from services.notifier.publish import SOURCE
from services.notifier.shared import Shared
from services.notifier.watched import Watched
from services.notifier.words import PUBLISHER

UNKNOWN = Words("No such escalation was said here.", "此处没有该管控升级。")
KEY_REUSED = Words(
    "This Idempotency-Key came with another answer before.",
    "该 Idempotency-Key 已用于另一答复。",
)


Answered = EscalationAcknowledged | EscalationApproved


class Found(NamedTuple):
    """An escalation as it stands, whose it is, and what was known when it was looked at."""

    escalation: Escalation
    watched: Watched
    shared: Shared

    @property
    def open_on(self) -> date:
        """The open business day."""
        open_on = self.shared.setting.open_on
        assert open_on is not None, "an escalation was said on an open day"
        return open_on


def find_escalation(service: Following, escalation: str) -> Found:
    """It, by its id. Raises the ``Problem`` 404."""
    with service.database.reading() as connection:
        debtor = service.feed.find(connection, escalation, service.partitions)
    if debtor is not None:
        watched, shared = service.read(debtor)
        if (found := watched.case.find(escalation)) is not None:
            return Found(found, watched, shared)
    raise Problem(404, "unknown_escalation", UNKNOWN)


def said_before(service: Following, key: str, event: Answered, event_id: str) -> str | None:
    """The answer to the same command, whenever it came; None where none came under this id.

    Raises the ``Problem`` 409 where another came, but for its day: a retry may be of the next one.
    """
    rows, partition = service.core.outbox.c, partition_of(key, service.partitions)
    query = select(rows.seq, rows.type, rows.value)
    query = query.where(rows.partition == partition, rows.id == event_id)
    with service.database.reading() as connection:
        found = connection.execute(query).one_or_none()
    if found is None:
        return None
    said = decode(found.type, found.value)
    if not isinstance(said, type(event)) or structs.replace(said, on=event.on) != event:
        raise Problem(409, "idempotency_key_reused", KEY_REUSED)
    return Position({PUBLISHER: {partition: found.seq}}).encode()


def say_command(service: Following, key: str, event: Event, event_id: str, trace: str) -> str:
    """Say it to a debtor, or to ``EVERYBODY``; answers the token of the position it counts from.

    Raises the ``Problem`` 409 where the id came with other content before.
    """
    word = Saying(
        key=key,
        type=event.TYPE,
        id=event_id,
        value=encode(event),
        source=SOURCE,
        trace=trace,
    )
    try:
        with service.transaction() as connection:
            if key == EVERYBODY:
                return service.say_to_everybody(connection, word).encode()
            return service.say(connection, [word]).encode()
    except SaidOtherwiseError:
        raise Problem(409, "idempotency_key_reused", KEY_REUSED) from None
