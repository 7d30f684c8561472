"""Events of old versions, made new: consulted only for a type that is no longer written.

A changed meaning is a new type (``….v2``). The old type then leaves the registry and gets a row
here, so that what was ever published decodes for ever (``tests/events/samples``).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

Data = dict[str, Any]
_to_data = msgspec.json.Decoder(Data)


class Upcast(NamedTuple):
    """How data of an old type becomes data of its successor."""

    successor: str
    change: Callable[[Data], Data]


UPCASTS: dict[str, Upcast] = {}
"""Old type → its upcast. Empty while every type is still in its first version."""


def upcast(type_name: str, value: bytes) -> tuple[str, bytes]:
    """The type and data as of the newest version; what needs no upcast comes back as it is.

    Raises ``msgspec.DecodeError`` where the value of an old type is no JSON object.
    """
    while step := UPCASTS.get(type_name):
        type_name = step.successor
        value = msgspec.json.encode(step.change(_to_data.decode(value)))
    return type_name, value
