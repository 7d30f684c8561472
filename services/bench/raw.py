"""What the Kafka clients alone can read: the measure that our reading is held against."""

import time

import confluent_kafka
from kafka import KafkaConsumer, TopicPartition

POLL_RECORDS = 5_000

TIMED: dict[str, float] = {}
"""What a task measured itself, where starting up is not to count."""


def raw_kafka_python(bootstrap: str, topic: str) -> int:
    """What kafka-python alone reads: poll, and nothing else."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_poll_records=POLL_RECORDS,
        max_partition_fetch_bytes=4 << 20,
        fetch_max_bytes=32 << 20,
    )
    parts = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(parts)
    for part in parts:
        consumer.seek(part, 0)
    total = sum(consumer.end_offsets(parts).values())
    started_s, count = time.perf_counter(), 0
    while count < total:
        count += sum(len(rows) for rows in consumer.poll(timeout_ms=1000).values())
    TIMED["seconds"] = time.perf_counter() - started_s
    consumer.close()
    return count


def raw_librdkafka(bootstrap: str, topic: str) -> int:
    """What librdkafka alone reads: consume, and each value taken."""
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "bench",
            "enable.auto.commit": False,
            "fetch.queue.backoff.ms": 5,
        }
    )
    parts = sorted(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
    total = sum(
        consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, p), timeout=10)[1]
        for p in parts
    )
    consumer.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in parts])
    started_s, count = time.perf_counter(), 0
    while count < total:
        for message in consumer.consume(POLL_RECORDS, timeout=1.0):
            message.value()
            count += 1
    TIMED["seconds"] = time.perf_counter() - started_s
    consumer.close()
    return count
