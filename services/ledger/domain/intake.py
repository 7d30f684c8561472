"""Whether a fact is new, known already, or contradicts what is known (architecture §4)."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from huikuan.events.codec import effective_on
from huikuan.events.fields import Event
from services.ledger.domain.marks import (
    Mark,
    Sent,
    bank_digest_of,
    bank_key,
    conflict_id,
    digest_of,
    document_key,
    freed_key,
    id_key,
    likeness_key,
    pauses_key,
)
from services.ledger.domain.pausing import overlapped, with_pause

Status = Literal["accepted", "duplicate", "conflict", "rejected"]


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a row was not accepted: a JSON pointer into the event, and a sentence."""

    pointer: str
    detail: str


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one row."""

    id: str
    status: Status
    reason: Reason | None = None
    conflict: str | None = None
    """The id under which a conflict is kept for review."""
    resembles: str | None = None
    """The payment, accepted earlier, that an accepted one looks like."""


class Conflict(msgspec.Struct, frozen=True):
    """Two facts that cannot both be right; the second is kept for review."""

    id: str
    sent: Sent
    known: Mark
    reason: Reason

    @property
    def debtors(self) -> tuple[str, ...]:
        """Whose escalation it stops: the new fact's debtor and the known one's."""
        return tuple(dict.fromkeys((self.sent.debtor, self.known.debtor)))


class Intake:
    """Sorts the rows of one batch, in order, against what was known before it and within it."""

    def __init__(self, marks: dict[str, Mark], settled: dict[str, str] | None = None) -> None:
        self._marks = marks
        self._settled = settled or {}
        self.changed: dict[str, Mark] = {}
        """Marks that are new or different since the batch began."""
        self.accepted: list[Sent] = []
        self.repeated: list[Sent] = []
        """Duplicates of facts that were accepted under the same id."""
        self.conflicts: list[Conflict] = []
        self.look_alikes: list[tuple[Sent, Mark]] = []

    def take(self, sent: Sent) -> Verdict:
        """Say what becomes of a fact, and remember it."""
        digest = digest_of(sent)
        known = self._marks.get(id_key(sent))
        if known is not None:
            if known.digest != digest:
                return self._conflict(sent, known, digest, _SAME_ID)
            if known.conflict:
                return self._conflict(sent, known, digest, _KEPT)
            if known.event_id == sent.event_id:
                self.repeated.append(sent)
            return Verdict(sent.id, "duplicate")
        for key, key_digest, reason in _identities(sent, digest):
            known = self._marks.get(key)
            if known is None or _is_free(known, sent.event, key_digest):
                continue
            if known.digest != key_digest:
                return self._conflict(sent, known, digest, reason)
            self._mark(id_key(sent), Mark(digest, known.event_id, sent.debtor))
            return Verdict(sent.id, "duplicate")
        if overlaps := self._overlaps(sent):
            return Verdict(sent.id, "rejected", overlaps)
        return self._accept(sent, digest)

    def release(self, sent: Sent, conflict: str) -> Verdict:
        """Take what was kept for review, where its document's name is free by now.

        Where its id belongs to another fact it gets one of its own, made from the conflict's.
        """
        digest = digest_of(sent)
        for key, key_digest, reason in _identities(sent, digest):
            known = self._marks.get(key)
            if known is None or _is_free(known, sent.event, key_digest):
                continue
            if known.digest != key_digest:
                return Verdict(sent.id, "conflict", reason, conflict)
            return Verdict(sent.id, "duplicate")
        if overlaps := self._overlaps(sent):
            return Verdict(sent.id, "conflict", overlaps, conflict)
        known = self._marks.get(id_key(sent))
        if known is not None and known.conflict != conflict:
            sent = msgspec.structs.replace(sent, id=f"{sent.id}#{conflict}")
        return self._accept(sent, digest)

    def recall(self, sent: Sent) -> None:
        """Mark a fact that was accepted before, whatever is known."""
        self._accept(sent, digest_of(sent))

    def _accept(self, sent: Sent, digest: bytes) -> Verdict:
        mark = Mark(digest, sent.event_id, sent.debtor)
        self._mark(id_key(sent), mark)
        for key, key_digest, _ in _identities(sent, digest):
            freed_on = _cancelled_in_advance(self._marks.get(key), sent)
            self._mark(key, Mark(key_digest, sent.event_id, sent.debtor, freed_on))
        self._free(sent)
        pauses = pauses_key(sent)
        if pauses is not None:
            self._mark(pauses, with_pause(self._marks.get(pauses), sent))
        self.accepted.append(sent)
        return Verdict(sent.id, "accepted", resembles=self._resembles(sent))

    def _free(self, sent: Sent) -> None:
        """A cancelled invoice's number is free, also where the cancellation comes first."""
        key = freed_key(sent.event)
        if key is None:
            return
        known = self._marks.get(key) or Mark(b"", sent.event_id, sent.debtor)
        if known.debtor == sent.debtor and known.freed_on is None:
            self._mark(key, msgspec.structs.replace(known, freed_on=effective_on(sent.event)))

    def _overlaps(self, sent: Sent) -> Reason | None:
        pauses = pauses_key(sent)
        other = overlapped(self._marks.get(pauses), sent.event) if pauses else None
        if other is None:
            return None
        days = f"({other.first} to {other.ends_on})"
        detail = f"Overlaps pause {other.pause} {days}: resume it first, or choose other dates."
        return Reason("/data/from", detail)

    def _resembles(self, sent: Sent) -> str | None:
        key = likeness_key(sent)
        if key is None:
            return None
        reference = bank_key(sent)
        known = self._marks.get(key)
        if known is None:
            self._mark(key, Mark(b"1" if reference else b"", sent.event_id, sent.debtor))
            return None
        if known.digest and reference:
            return None  # two references tell them apart
        self.look_alikes.append((sent, known))
        return known.event_id

    def _conflict(self, sent: Sent, known: Mark, digest: bytes, reason: Reason) -> Verdict:
        conflict = conflict_id(sent, digest)
        outcome = self._settled.get(conflict)
        if outcome == "released":
            return Verdict(sent.id, "duplicate")
        reason = Reason(reason.pointer, f"{reason.detail} It is known from {known.event_id}.")
        if outcome is None:
            self._settled[conflict] = "open"
            self.conflicts.append(Conflict(conflict, sent, known, reason))
            if id_key(sent) not in self._marks:
                kept = Mark(digest, sent.event_id, sent.debtor, conflict=conflict)
                self._mark(id_key(sent), kept)
        return Verdict(sent.id, "conflict", reason, conflict)

    def _mark(self, key: str, mark: Mark) -> None:
        self._marks[key] = mark
        self.changed[key] = mark


_SAME_ID = Reason("/id", "The same source and id came before with other data.")
_KEPT = Reason("/id", "It contradicted what is known and is kept for review.")


def _identities(sent: Sent, digest: bytes) -> Iterable[tuple[str, bytes, Reason]]:
    """The keys beside (source, id) by which this fact is known, what for, and what to say."""
    key = document_key(sent.event)
    if key is not None:
        noun = sent.event.NAME
        detail = f"This {noun.replace('_', ' ')} came before with other data."
        yield key, digest, Reason(f"/data/{noun}", detail)
    key = bank_key(sent)
    if key is not None:
        yield (
            key,
            bank_digest_of(sent),
            Reason("/data/bank_reference", "This bank reference came before with other data."),
        )


def _is_free(known: Mark, event: Event, digest: bytes) -> bool:
    """Whether a cancelled document's number may be taken.

    The cancelled document itself, sent once more, is no new one: it is dated before the
    cancellation and says the same.
    """
    if known.freed_on is None:
        return False
    return known.digest != digest or effective_on(event) >= known.freed_on


def _cancelled_in_advance(known: Mark | None, sent: Sent) -> date | None:
    """From when the number of a new document is free because its cancellation came first."""
    if known is None or known.digest or known.debtor != sent.debtor or known.freed_on is None:
        return None
    return known.freed_on if effective_on(sent.event) < known.freed_on else None
