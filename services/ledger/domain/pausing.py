"""Pauses of one debtor may not overlap: a second one would count its days twice elsewhere.

The fold takes the union all the same (architecture §7: facts are never refused by a fold); here
whoever sends a pause that overlaps, encloses or repeats another is told which, so that he resumes
that one or chooses other dates (``algorithms.md`` 4.6).
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from huikuan.events.fields import Event
from huikuan.events.relations import DunningPaused, DunningResumed
from services.ledger.domain.marks import Mark, Sent

_FAR = date.max


class Span(msgspec.Struct, array_like=True, frozen=True):
    """The days of one pause; ``first`` is None where it was resumed before it was known."""

    company: str
    pause: str
    first: date | None
    last: date
    resumed_on: date
    invoices: tuple[str, ...]

    def overlaps(self, other: "Span") -> bool:
        """Whether some invoice is under both on some day."""
        if self.first is None or other.first is None or self.company != other.company:
            return False
        if self.invoices and other.invoices and set(self.invoices).isdisjoint(other.invoices):
            return False
        return max(self.first, other.first) <= min(self.ends_on, other.ends_on)

    @property
    def ends_on(self) -> date:
        """The last day on which it holds."""
        return min(self.last, self.resumed_on - timedelta(days=1))


_decoder = msgspec.msgpack.Decoder(tuple[Span, ...])
_encoder = msgspec.msgpack.Encoder()


def overlapped(known: Mark | None, event: Event) -> Span | None:
    """The pause that this one overlaps, if there is one and they are not the same."""
    if not isinstance(event, DunningPaused):
        return None
    others = [each for each in _spans(known) if not _is(each, event)]
    spans = _with(_spans(known), event)
    (new,) = (each for each in spans if _is(each, event))
    return next((each for each in others if each.overlaps(new)), None)


def with_pause(known: Mark | None, sent: Sent) -> Mark:
    """The debtor's pauses with this one, or with its end."""
    spans = _with(_spans(known), sent.event)
    return Mark(_encoder.encode(spans), sent.event_id, sent.debtor)


def _spans(known: Mark | None) -> tuple[Span, ...]:
    return _decoder.decode(known.digest) if known else ()


def _is(span: Span, event: DunningPaused | DunningResumed) -> bool:
    return (span.company, span.pause) == (event.company, event.pause)


def _with(spans: Sequence[Span], event: Event) -> tuple[Span, ...]:
    assert isinstance(event, DunningPaused | DunningResumed), "only these have such a mark"
    before = next((each for each in spans if _is(each, event)), None)
    resumed_on = before.resumed_on if before else _FAR
    if isinstance(event, DunningPaused):
        span = Span(
            event.company, event.pause, event.from_on, event.until, resumed_on, event.invoices
        )
    else:
        blank = before or Span(event.company, event.pause, None, _FAR, _FAR, ())
        span = msgspec.structs.replace(blank, resumed_on=min(resumed_on, event.on))
    return (*(each for each in spans if each is not before), span)
