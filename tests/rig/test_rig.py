"""The servers of the rig work: one record through Kafka, one row through PostgreSQL."""

import uuid

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from sqlalchemy import create_engine, text

from tests.rig.servers import NewDatabase


def test_kafka_carries_a_record(kafka_bootstrap: str) -> None:
    topic = f"rig-{uuid.uuid4().hex}"
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    admin.close()

    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    producer.send(topic, key=b"acme", value=b"owes").get(timeout=20)
    producer.close()

    consumer = KafkaConsumer(
        bootstrap_servers=kafka_bootstrap, group_id=None, consumer_timeout_ms=20_000
    )
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek_to_beginning()
    record = next(consumer)
    consumer.close()
    assert (record.key, record.value) == (b"acme", b"owes")


def test_postgres_makes_databases_that_do_not_share_tables(postgres_url: NewDatabase) -> None:
    first = create_engine(postgres_url("rig"))
    with first.begin() as connection:
        connection.execute(text("create table debtor (id text)"))
        assert connection.execute(text("select 1")).scalar_one() == 1
    first.dispose()

    second = create_engine(postgres_url("rig"))
    with second.connect() as connection:
        assert connection.execute(text("select to_regclass('debtor')")).scalar_one() is None
    second.dispose()
