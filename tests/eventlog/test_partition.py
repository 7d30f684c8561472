"""A key's partition is that of Kafka's Java clients, everywhere and for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as murmur2_of_kafka_python

from huikuan.eventlog.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "signed"),
    [  # org.apache.kafka.common.utils.UtilsTest.testMurmur2
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_own_test(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed % (1 << 32)


@given(st.binary(max_size=100))
def test_the_hash_is_that_of_kafka_python(data: bytes) -> None:
    assert murmur2(data) == murmur2_of_kafka_python(data)


@given(st.text(max_size=50), st.integers(1, 64))
def test_a_key_has_the_partition_that_clients_give_it(key: str, partitions: int) -> None:
    theirs = (murmur2_of_kafka_python(key.encode()) & 0x7FFFFFFF) % partitions
    assert partition_of(key, partitions) == theirs
    partition_of.cache_clear()
    assert partition_of(key, partitions) == theirs


def test_partitions_of_known_keys_never_change() -> None:
    keys = ["acme", "客户-1", "debtor-42", "C0001", "中铁二局"]
    assert [partition_of(key, 16) for key in keys] == [4, 5, 12, 15, 12]
