"""What was ever published decodes for ever: one golden sample per type and version."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from huikuan.events.check import check
from huikuan.events.codec import FACTS, SAID, TYPES, canonical_key, decode, effective_on, encode
from huikuan.events.fields import Event
from huikuan.events.upcasts import UPCASTS

SAMPLES = {path.stem: path for path in (Path(__file__).parent / "samples").glob("*.json")}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_golden_sample_decodes_into_a_checked_event(name: str) -> None:
    event = decode(name, SAMPLES[name].read_bytes())
    assert check(event) == event


@pytest.mark.parametrize("name", sorted(TYPES))
def test_nothing_of_a_sample_is_lost_when_it_is_written_again(name: str) -> None:
    sample = json.loads(SAMPLES[name].read_bytes())
    assert json.loads(encode(decode(name, SAMPLES[name].read_bytes()))) == sample


def test_every_type_of_every_version_has_a_sample_and_no_sample_is_an_orphan() -> None:
    assert set(SAMPLES) == set(TYPES) | set(UPCASTS)


@pytest.mark.parametrize("publisher", ["ledger", "promises", "notifier"])
def test_a_publisher_owns_what_it_says(publisher: str) -> None:
    module = import_module(f"huikuan.events.{publisher}")
    declared = {
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Event)
        and kind.TYPE
        and kind.__module__ == module.__name__
    }
    registered = {kind for kind in FACTS + SAID if kind.__module__ == module.__name__}
    assert declared == registered


def test_types_are_named_by_noun_past_verb_and_version_and_ranks_are_distinct() -> None:
    for name in TYPES:
        area, *words, version = name.split(".")
        assert (area, version, len(words)) == ("huikuan", "v1", 2)
    ranks = [kind.RANK for kind in FACTS]
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.TYPE)
def test_every_fact_has_a_place_in_canonical_order(kind: type[Event]) -> None:
    name = kind.TYPE
    event = decode(name, SAMPLES[name].read_bytes())
    day, rank, business_id, event_id = canonical_key(event, "e1")
    assert (day, rank, event_id) == (effective_on(event), event.RANK, "e1")
    assert isinstance(day, date)
    assert business_id == (str(getattr(event, event.NAME)) if event.NAME else "")
