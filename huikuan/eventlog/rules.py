"""The port to a service: what it does with records. Pure: no I/O, no clock, no position in an id.

``S`` is what a partition's accounts share (the open day, the policies); ``A`` is one key's state.
The runner reads, prefetches, calls these, and commits state, outbox and progress together.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar, runtime_checkable

import msgspec

from huikuan.eventlog.record import Gist, Record, Saying

S = TypeVar("S")
A = TypeVar("A")


class Row(msgspec.Struct, frozen=True, gc=False):
    """One key's state as it is stored."""

    body: bytes
    review_on: date | None = None
    """The next date on which this key must be looked at even if nothing arrives."""
    label: str = ""
    """A word by which the service finds keys again (the notifier's ``state``, say)."""


Outlook = tuple[date | None, str]
"""``review_on`` and ``label`` of a row."""


class Due(msgspec.Struct, frozen=True):
    """Which keys a record about everybody makes due."""

    through: date | None = None
    """Keys with ``review_on`` on or before this date."""
    everyone: bool = False
    refold: bool = False
    """Each of them is folded anew from its records first (implies ``everyone``)."""
    weighed: bool = False
    """What the reviews would do is weighed first, all of it: the rules are ``Weighing``."""

    @property
    def anyone(self) -> bool:
        """Whether it is anybody."""
        return self.through is not None or self.everyone or self.refold

    def joined(self, other: "Due") -> "Due":
        """Whom either makes due."""
        days = [due.through for due in (self, other) if due.through is not None]
        return Due(
            through=max(days, default=None),
            everyone=self.everyone or other.everyone,
            refold=self.refold or other.refold,
            weighed=self.weighed or other.weighed,
        )


NOBODY = Due()


class Rules(Protocol[S, A]):
    """What one service does with records.

    Those that say nothing in consequence of a record are no more than this, and what an account's
    outlook is they tell from the account alone; those that do are ``Deciding``.
    """

    publisher: str
    """The service's name on the log."""
    fold_version: int
    """Raised when stored state means something else; asks for a rebuild."""

    settling_type: str
    """Records of this type may settle one that was set aside: then ``settled`` is asked."""

    def blank_shared(self) -> S:
        """What is shared before the first record."""

    def load_shared(self, body: bytes) -> S:
        """From ``dump_shared``."""

    def dump_shared(self, shared: S) -> bytes:
        """Canonical bytes: equal states give equal bytes."""

    def blank(self, key: str) -> A:
        """A key's state before its first record."""

    def load(self, key: str, body: bytes) -> A:
        """From ``body``."""

    def body(self, account: A) -> bytes:
        """Canonical bytes: equal accounts give equal bytes."""

    def outlook(self, account: A, shared: S) -> Outlook:
        """The next review date as of the open day, and the label."""

    def everybody(self, shared: S, record: Record) -> Due:
        """Fold a record about everybody into ``shared``; say who is due."""

    def fold(self, account: A, record: Record, shared: S) -> bool:
        """Fold one record of this key, ``said`` ones too, in place.

        False: it sorts before what was folded already, nothing was changed, ``refold`` is needed.
        Raises ``msgspec.MsgspecError`` where the value cannot be read: the record is set aside.
        Raises ``huikuan.eventlog.log.LogError`` for an unknown type of one of our publishers.
        """

    def fold_all(self, account: A, gists: Sequence[Gist], shared: S) -> bool:
        """Fold records of this key, in log order, as ``fold`` would, in the quickest order.

        False: some sort before what was folded earlier, ``refold`` is needed. Raises as ``fold``
        does, and has changed nothing then.
        """

    def refold(self, account: A, records: Sequence[Record], shared: S) -> None:
        """Fold the key's facts anew from ``records`` (all of them, in log order), in place.

        What was said (in force, history) stays as it is in ``account``.
        """

    def advance(self, account: A, shared: S) -> None:
        """Let what waited for the open day count, without deciding (a rebuild's last step)."""

    def set_aside(self, account: A, record: Record, reason: str) -> None:
        """Remember that a record of this key could not be read: no new step until it is settled."""

    def settled(self, record: Record) -> tuple[str, str] | None:
        """The place of the record that this one settles and the outcome, if it settles any."""


@runtime_checkable
class Redirecting(Rules[S, A], Protocol[S, A]):
    """Rules that tell a key's own partition of a foreign record that names it in another one."""

    def redirect(self, record: Record, shared: S) -> Saying:
        """What is said once of such a record, to its key: one service of all says it."""


@runtime_checkable
class Deciding(Rules[S, A], Protocol[S, A]):
    """Rules that say something in consequence of records."""

    def decide(self, account: A, record: Record, shared: S) -> list[Saying]:
        """After a fold, or on review because of ``record``: what must be said now, in order.

        Applies what it says to ``account`` itself, so that asking twice says nothing twice.
        """


@runtime_checkable
class Weighing(Deciding[S, A], Protocol[S, A]):
    """Rules that say, before the first review that a record asks for, what all would do together.

    What they say is committed with the first reviews or before them, so that wherever the work is
    cut or broken off, every account is reviewed under the same verdict.
    """

    def weigh(self, account: A, record: Record, shared: S) -> int:
        """How much the review of this account would do; changes nothing."""

    def weighed(
        self, weight: int, count: Callable[[int], int], record: Record, shared: S
    ) -> list[Saying]:
        """What must be said to everybody before the first review; applies it to ``shared`` itself.

        ``count(most)`` answers how many keys the partition has, counting no further.
        It may be asked again after a rebuild, when some reviews were made: then the first verdict
        stands.
        """


def weighing(rules: Rules[S, A]) -> Weighing[S, A]:
    """The rules, which ask to weigh."""
    assert isinstance(rules, Weighing), "only such rules answer that something must be weighed"
    return rules


def row_of(rules: Rules[S, A], account: A, shared: S) -> Row:
    """A key's state as it is stored, as of the open day."""
    return Row(rules.body(account), *rules.outlook(account, shared))
