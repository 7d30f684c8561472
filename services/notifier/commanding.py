"""A command of people or of an obeying system: it acts when it is read back from the log."""

from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.web.problems import Problem
from huikuan.web.wording import Words
from services.notifier.domain.case import Escalation
from services.notifier.following import Following
from services.notifier.publish import SOURCE

UNKNOWN = Words("No such escalation was said here.", "此处没有该升级。")
KEY_REUSED = Words(
    "This Idempotency-Key came with another answer before.",
    "该 Idempotency-Key 已用于另一答复。",
)


def find_escalation(service: Following, escalation: str) -> tuple[str, Escalation]:
    """Whose it is, and how it stands. Raises the ``Problem`` 404."""
    with service.database.reading() as connection:
        debtor = service.feed.find(connection, escalation, service.partitions)
    found = service.read(debtor)[0].case.find(escalation) if debtor is not None else None
    if debtor is None or found is None:
        raise Problem(404, "unknown_escalation", UNKNOWN)
    return debtor, found


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
