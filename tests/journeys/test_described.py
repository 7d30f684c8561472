"""What the services say of themselves in OpenAPI, for whoever writes a client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huikuan.web.keys import Keys
from services.all_in_one import Installation
from services.commands.server_file import SERVICES

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    home = tmp_path_factory.mktemp("described")
    opened = Installation(Path(home), SERVICES, Keys(frozenset()), "manual", partitions=1)
    yield {part.name: part.app.openapi() for part in opened.parts}
    opened.close()


def operations(documents: dict[str, dict[str, Any]]) -> Iterator[Operation]:
    for name, document in documents.items():
        for path, methods in document["paths"].items():
            if path.startswith("/v1/"):
                for method, operation in methods.items():
                    yield method, f"/{name}{path}", operation


def test_every_question_waits_where_it_is_asked_to(documents: dict[str, dict[str, Any]]) -> None:
    asked = [(path, each) for method, path, each in operations(documents) if method == "get"]
    assert len(asked) > 20
    deaf = [
        path
        for path, operation in asked
        if "after_position" not in {each["name"] for each in operation.get("parameters", ())}
    ]
    assert deaf == []
