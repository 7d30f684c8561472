"""One debtor as known at a place of the log, read once for all that a question needs."""

from functools import cache, partial

import msgspec

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.recalled import account_by, shared_by
from services.notifier.eve import Known
from services.notifier.following import Following
from services.notifier.shared import Shared
from services.notifier.watched import Watched


class Then(msgspec.Struct, frozen=True):
    """What was known of a debtor, and what his partition shared."""

    watched: Watched
    shared: Shared
    records: Known
    """His records that were known, read where they are asked for."""


def then(service: Following, debtor: str, known_at: KnownAt) -> Then:
    """The debtor as known then: from his state, or from the records that were known."""
    if known_at is None:
        watched, shared = service.read(debtor)
        return Then(watched, shared, cache(partial(service.history, debtor)))
    known = service.recalling(known_at).of(debtor)
    shared = shared_by(service.rules, known.everybody)
    watched = account_by(service.rules, debtor, known.own, shared)
    return Then(watched, shared, lambda: [record for record in known.own if record.meta])
