"""``huikuan policy adopt FILE`` and ``huikuan policy check FILE``."""

from pathlib import Path

from services.commands import show
from services.commands.reach import services
from services.commands.words import say

_MEDIA_TYPES = {".json": "application/json"}


def adopt(file: Path, *, as_json: bool) -> None:
    """Put the document to the notifier; it is in force from its ``effective_on``."""
    media_type = _MEDIA_TYPES.get(file.suffix.lower(), "application/yaml")
    with services() as reached:
        answer = reached.put("notifier", "/v1/policy", file.read_bytes(), media_type)
        for name in ("ledger", "promises", "notifier"):
            reached.wait(name, answer["position"])
    if as_json:
        show.as_json(answer)
    else:
        version = answer.get("version", file.name)
        show.line(say(f"Adopted: {version}", f"已采用策略：{version}"))
