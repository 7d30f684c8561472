"""The schemas say what the decoder takes, and nothing that is generated has drifted."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from huikuan.events.codec import TYPES, encode
from huikuan.events.fields import Event
from huikuan.events.meanings import MEANINGS
from huikuan.events.schema import ROOT, SCHEMAS, drifted, generated, main, structs_of
from tests.events.strategies import any_event
from tests.events.test_samples import SAMPLES

_STORED = {path.stem: json.loads(path.read_bytes()) for path in (ROOT / SCHEMAS).glob("*.json")}
_REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.json", DRAFT202012.create_resource(schema)) for name, schema in _STORED.items()
)


def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(
        _STORED[name], registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


_VALIDATORS = {name: _validator(name) for name in _STORED}


def _envelope(name: str, data: object) -> dict[str, object]:
    named = {"specversion": "1.0", "id": "e1", "source": "/erp", "subject": "D1"}
    return named | {"type": name, "data": data}


def test_nothing_generated_has_drifted() -> None:
    assert drifted(ROOT, generated()) == []


@pytest.mark.parametrize("name", sorted(_STORED))
def test_a_schema_is_itself_valid(name: str) -> None:
    Draft202012Validator.check_schema(_STORED[name])


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_sample_fits_its_schema_and_the_envelope(name: str) -> None:
    sample = json.loads(SAMPLES[name].read_bytes())
    _VALIDATORS[name].validate(sample)
    _VALIDATORS["cloudevent"].validate(_envelope(name, sample))


@given(any_event)
def test_whatever_we_encode_fits_its_schema(event: Event) -> None:
    _VALIDATORS[event.TYPE].validate(json.loads(encode(event)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", 5), ("amount", "-5"), ("on", "31.01.2026"), ("currency", "yuan"), ("refund", "")],
)
def test_a_schema_refuses_what_intake_refuses(field: str, value: object) -> None:
    name = "huikuan.refund.paid.v1"
    sample = json.loads(SAMPLES[name].read_bytes()) | {field: value}
    assert not _VALIDATORS[name].is_valid(sample)
    assert not _VALIDATORS["cloudevent"].is_valid(_envelope(name, sample))


def test_every_field_has_a_meaning_and_no_meaning_is_left_over() -> None:
    fields = {
        (struct, name)
        for kind in TYPES.values()
        for struct in structs_of(kind)
        for name in struct.__struct_encode_fields__
    }
    ancestors = {f"{base.__name__}.{name}" for struct, name in fields for base in struct.__mro__}
    assert set(MEANINGS) <= ancestors | {name for _, name in fields}
    for name, schema in _STORED.items():
        for part in [schema, *schema.get("$defs", {}).values()]:
            if name != "cloudevent":
                assert all(each["description"] for each in part["properties"].values())


def test_check_names_what_has_drifted_and_writing_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    capsys.readouterr()
    (tmp_path / "docs" / "events.md").write_text("edited", "utf-8")
    (tmp_path / SCHEMAS / "huikuan.gone.v1.json").write_text("{}", "utf-8")
    (tmp_path / SCHEMAS / "cloudevent.json").unlink()
    assert main(["--check"], tmp_path) == 1
    named = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert named == [
        "docs/events.md",
        f"{SCHEMAS}/cloudevent.json",
        f"{SCHEMAS}/huikuan.gone.v1.json",
    ]
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = msgspec.json.decode((ROOT / "docs" / "asyncapi.json").read_bytes())
    assert set(document["components"]["messages"]) == set(TYPES)
    for message in document["components"]["messages"].values():
        assert (ROOT / "docs" / message["payload"]["$ref"]).resolve().is_file()
    for channel in document["channels"].values():
        for name, reference in channel["messages"].items():
            assert reference == {"$ref": f"#/components/messages/{name}"}
            assert name in document["components"]["messages"]
