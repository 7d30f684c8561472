"""What the services say of themselves in OpenAPI, for whoever writes a client."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from huikuan.events.codec import FACT_TYPES
from huikuan.web.keys import Keys
from services.all_in_one import Installation
from services.commands.server_file import SERVICES
from tests.events.test_samples import SAMPLES

Documents = dict[str, dict[str, Any]]
Operation = tuple[str, str, dict[str, Any]]
POLICIES = Path(__file__).parents[2] / "deploy" / "policies"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    home = tmp_path_factory.mktemp("described")
    opened = Installation(Path(home), SERVICES, Keys(frozenset()), "manual", partitions=1)
    yield {part.name: part.app.openapi() for part in opened.parts}
    opened.close()


def operations(documents: Documents) -> Iterator[Operation]:
    for name, document in documents.items():
        for path, methods in document["paths"].items():
            if path.startswith("/v1/"):
                for method, operation in methods.items():
                    yield method, f"/{name}{path}", operation


def test_every_question_waits_where_it_is_asked_to(documents: Documents) -> None:
    asked = [(path, each) for method, path, each in operations(documents) if method == "get"]
    assert len(asked) > 20
    deaf = [
        path
        for path, operation in asked
        if "after_position" not in {each["name"] for each in operation.get("parameters", ())}
    ]
    assert deaf == []


def fits(documents: Documents, service: str, path: str, body: object, media_type: str) -> bool:
    """Whether a body is what the service says that the path takes."""
    document = documents[service]
    (operation,) = (each for name, each in document["paths"][path].items() if name != "get")
    (found,) = [
        kind["schema"]
        for name, kind in operation["requestBody"]["content"].items()
        if name == media_type
    ]
    schema = {**found, "components": document["components"]}
    checks = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checks).is_valid(body)


def test_every_request_with_a_body_says_what_it_takes(documents: Documents) -> None:
    silent = [
        path
        for method, path, operation in operations(documents)
        if method in {"post", "put", "patch"} and "requestBody" not in operation
    ]
    assert silent == []


def test_whatever_is_referred_to_is_there(documents: Documents) -> None:
    for document in documents.values():
        names = set(document["components"]["schemas"])
        referred = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)))
        assert referred <= {f"#/components/schemas/{name}" for name in names}
        assert not re.search(r'"\$(defs|schema)"', json.dumps(document))
        for name, schema in document["components"]["schemas"].items():
            Draft202012Validator.check_schema(schema)
            assert re.fullmatch(r"[A-Za-z0-9._-]+", name)


@pytest.mark.parametrize("name", sorted(FACT_TYPES))
def test_each_fact_is_described_as_intake_takes_it(documents: Documents, name: str) -> None:
    data = json.loads(SAMPLES[name].read_bytes())
    event = {"specversion": "1.0", "id": "e", "source": "/erp", "subject": "D", "type": name}
    for body in ({**event, "data": data}, [{**event, "data": data}]):
        assert fits(documents, "ledger", "/v1/events", body, "application/json")
    for wrong in ({**event, "data": {**data, "company": 5}}, {**event, "data": data, "id": ""}):
        assert not fits(documents, "ledger", "/v1/events", wrong, "application/json")


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_policies_are_as_the_notifier_describes_them(
    documents: Documents, path: Path
) -> None:
    policy = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))
    for route in ("/v1/policy", "/v1/policy/checks"):
        for media_type in ("application/json", "application/yaml"):
            assert fits(documents, "notifier", route, policy, media_type)
        assert not fits(documents, "notifier", route, policy | {"steps": 5}, "application/json")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/days", {"date": "2026-01-31"}),
        ("/v1/feeds", {"source": "bank", "feed": "payments", "through_on": "2026-01-31"}),
        (
            "/v1/exchange-rates",
            {"base": "USD", "quote": "CNY", "rate": "7.1", "effective_on": "2026-01-31"},
        ),
        ("/v1/quarantine/{identifier}", {"outcome": "released", "by": "li", "reason": "seen"}),
    ],
)
def test_what_the_ledger_reads_by_hand_is_described_too(
    documents: Documents, path: str, body: dict[str, str]
) -> None:
    assert fits(documents, "ledger", path, body, "application/json")
    for name in body:
        less = {field: value for field, value in body.items() if field != name}
        assert not fits(documents, "ledger", path, less, "application/json")
