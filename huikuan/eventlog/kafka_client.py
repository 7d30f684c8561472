"""kafka-python's clients, made so that one that finds no broker leaves nothing open."""

from collections.abc import Callable
from typing import Any

from kafka.net.compat import KafkaNetClient


def made(make: Callable[..., Any], **settings: Any) -> Any:
    """A producer, consumer or administrator of these settings; raises what it raises.

    What is thrown while one is made is all that is left of it, but its connections and its pair of
    sockets stay open until the garbage collector comes by, in services hours later: whoever tries
    again and again would run out of files first.
    """
    clients: list[Any] = []

    def connect(**given: Any) -> Any:
        clients.append(KafkaNetClient(**given))
        return clients[-1]

    try:
        return make(kafka_client=connect, **settings)
    except BaseException:
        for client in clients:
            client.close()
        raise
