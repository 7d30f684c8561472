"""How the ledger answers."""

import msgspec
from starlette.responses import Response


def answer_json(content: object) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(content), media_type="application/json")
