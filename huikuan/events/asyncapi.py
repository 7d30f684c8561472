"""The AsyncAPI 3.0 document: which topics there are, and what is on them."""

from collections.abc import Iterable
from typing import Any

from huikuan.events.codec import TYPES
from huikuan.events.fields import Event

_LOG = "The log: every fact and everything said, keyed by debtor. Only our services write it."
_ESCALATIONS = "Escalations as CloudEvents, keyed by debtor, for the systems that must obey."


def asyncapi(schemas: str) -> dict[str, Any]:
    """The document; ``schemas`` is where the JSON Schemas lie, as seen from it."""
    said = [name for name in TYPES if name.startswith("huikuan.escalation.")]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Huikuan",
            "version": "1",
            "description": "What is owed, what was promised, what must be stopped.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "log": _channel("huikuan.log", _LOG, TYPES),
            "escalations": _channel("huikuan.escalations", _ESCALATIONS, said),
        },
        "operations": {
            "followLog": {"action": "receive", "channel": {"$ref": "#/channels/log"}},
            "publishEscalations": {
                "action": "send",
                "channel": {"$ref": "#/channels/escalations"},
            },
        },
        "components": {"messages": {name: _message(kind, schemas) for name, kind in TYPES.items()}},
    }


def _channel(address: str, description: str, names: Iterable[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": address, "bindingVersion": "0.5.0"}},
    }


def _message(kind: type[Event], schemas: str) -> dict[str, Any]:
    return {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": " ".join((kind.__doc__ or "").split()).replace("``", "`"),
        "payload": {"$ref": f"{schemas}/{kind.TYPE}.json"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }
