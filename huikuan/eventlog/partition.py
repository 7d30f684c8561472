"""Which partition a key belongs to: murmur2, as Kafka's Java clients have it.

Ours rather than a client's, so that a debtor keeps his partition on every backend, and cached,
because a hash in pure Python costs more than all else that is done with a key.
"""

from functools import lru_cache
from struct import unpack_from

_SEED = 0x9747B28C
_M = 0x5BD1E995
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
_CACHED_KEYS = 1 << 17


def murmur2(data: bytes) -> int:
    """The 32-bit hash, unsigned, of ``org.apache.kafka.common.utils.Utils.murmur2``."""
    whole, rest = divmod(len(data), 4)
    h = _SEED ^ len(data)
    for k in unpack_from(f"<{whole}I", data):
        k = k * _M & _WORD  # noqa: PLW2901 - the mixing of one word is one variable
        k ^= k >> 24  # noqa: PLW2901
        h = (h * _M & _WORD) ^ (k * _M & _WORD)
    if rest:
        h = (h ^ int.from_bytes(data[-rest:], "little")) * _M & _WORD
    h = (h ^ h >> 13) * _M & _WORD
    return h ^ h >> 15


@lru_cache(_CACHED_KEYS)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a debtor's key, by the hash of its UTF-8 bytes.

    Not for the key "" (everybody): such a record is written to every partition.
    """
    return (murmur2(key.encode()) & _POSITIVE) % partitions


def is_of(key: str, partition: int, partitions: int) -> bool:
    """Whether records of this key belong into that partition; those about everybody into none."""
    return bool(key) and partition_of(key, partitions) == partition
