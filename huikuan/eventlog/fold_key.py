"""Fold one key's records together, and find out which of them nobody can read."""

from collections.abc import Callable, Sequence

import msgspec

from huikuan.eventlog.record import Gist
from huikuan.eventlog.rules import A, Rules, S

SetAside = Callable[[int, str], None]
"""Called with the place in the list of a record that cannot be read, and why, in its turn."""


def fold_key(
    rules: Rules[S, A], account: A, gists: Sequence[Gist], shared: S, set_aside: SetAside
) -> bool:
    """False: some sort before what was folded earlier, ``refold`` is needed."""
    rules.advance(account, shared)
    try:
        return rules.fold_all(account, gists, shared)
    except msgspec.MsgspecError:
        pass  # one of them cannot be read: find out which
    in_order = True
    for at, gist in enumerate(gists):
        try:
            in_order &= rules.fold_all(account, [gist], shared)
        except msgspec.MsgspecError as unreadable:
            set_aside(at, str(unreadable))
    return in_order
