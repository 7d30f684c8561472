"""The bodies that the ledger reads by hand, as its OpenAPI document describes them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from huikuan.events.codec import FACT_TYPES, TYPES
from huikuan.events.ledger import ExchangeRateSet, FeedCompleted
from huikuan.events.schema import envelope_schema, schema_of
from huikuan.web.openapi import taking
from services.ledger.asked import DayAsked
from services.ledger.domain.settling import Decision

_ONE, _LIST, _ANY, _LINES = "CloudEvent", "CloudEvents", "CloudEventOrList", "CloudEventLines"
EVENTS = taking({"application/json": _ANY, "application/x-ndjson": _LINES})
"""Taken too are the media types of CloudEvents; but three names for JSON break the clients that
are generated from them.
"""
DAY, DECISION, FEED, RATE = (
    taking({"application/json": name})
    for name in (DayAsked.__name__, Decision.__name__, FeedCompleted.TYPE, ExchangeRateSet.TYPE)
)


def schemas() -> dict[str, Mapping[str, Any]]:
    """By name, each complete in itself but for those that are here too."""
    names = (*FACT_TYPES, FeedCompleted.TYPE, ExchangeRateSet.TYPE)
    asked = msgspec.json.schema_components((DayAsked, Decision), ref_template="{name}")[1]
    one, many = {"$ref": _ONE}, {"$ref": _LIST}
    return {
        **{name: schema_of(TYPES[name]) for name in sorted(names)},
        **asked,
        _ONE: envelope_schema(FACT_TYPES),
        _LIST: {"type": "array", "items": one},
        _ANY: {"oneOf": [one, many]},
        _LINES: {"type": "string", "description": "A CloudEvent in JSON on each line."},
    }
