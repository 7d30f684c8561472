"""How far everybody's words go: a vector of publishers' seqs per partition, and its token."""

import base64
import binascii
from collections.abc import Mapping

import msgspec

_Seqs = dict[str, dict[int, int]]
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Seqs)


class PositionError(ValueError):
    """A token that we never gave."""


class Position(msgspec.Struct, frozen=True):
    """Publisher → partition → seq: everything up to those seqs, each included."""

    seqs: dict[str, dict[int, int]] = msgspec.field(default_factory=dict)

    def encode(self) -> str:
        """An opaque token, safe in URLs."""
        ordered = {p: dict(sorted(seqs.items())) for p, seqs in sorted(self.seqs.items())}
        return base64.urlsafe_b64encode(_encoder.encode(ordered)).decode().rstrip("=")

    @classmethod
    def decode(cls, token: str) -> "Position":
        """From a token; raises ``PositionError`` where it is none of ours."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            return cls(_decoder.decode(raw))
        except (binascii.Error, ValueError, msgspec.MsgspecError) as wrong:
            raise PositionError("not a position token") from wrong

    def merge(self, other: "Position") -> "Position":
        """Everything that either of the two covers."""
        merged = {publisher: dict(seqs) for publisher, seqs in self.seqs.items()}
        for publisher, seqs in other.seqs.items():
            known = merged.setdefault(publisher, {})
            for partition, seq in seqs.items():
                known[partition] = max(seq, known.get(partition, 0))
        return Position(merged)

    def covers(self, publisher: str, partition: int, seq: int) -> bool:
        """Whether this word is among those up to here."""
        return seq <= self.seqs.get(publisher, {}).get(partition, 0)

    def partitions(self) -> set[int]:
        """The partitions of which it says anything."""
        return {partition for seqs in self.seqs.values() for partition in seqs}

    def reached(self, folded: Mapping[int, Mapping[str, int]]) -> bool:
        """Whether ``folded`` (partition → publisher → seq) goes at least this far."""
        return all(
            folded.get(partition, {}).get(publisher, 0) >= seq
            for publisher, seqs in self.seqs.items()
            for partition, seq in seqs.items()
        )
