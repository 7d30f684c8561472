"""Fold one key's records together, and find out which of them nobody can read."""

from collections.abc import Callable, Sequence

import msgspec

from huikuan.eventlog.record import Record
from huikuan.eventlog.rules import A, Rules, S

SetAside = Callable[[Record, str], None]
"""Called with a record that cannot be read, and why, in its turn."""


def fold_key(
    rules: Rules[S, A], account: A, records: Sequence[Record], shared: S, set_aside: SetAside
) -> bool:
    """False: some sort before what was folded earlier, ``refold`` is needed."""
    rules.advance(account, shared)
    try:
        return rules.fold_all(account, records, shared)
    except msgspec.MsgspecError:
        pass  # one of them cannot be read: find out which
    in_order = True
    for record in records:
        try:
            in_order &= rules.fold(account, record, shared)
        except msgspec.MsgspecError as unreadable:
            set_aside(record, str(unreadable))
    return in_order
