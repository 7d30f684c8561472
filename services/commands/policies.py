"""``huikuan policy adopt FILE`` and ``huikuan policy check FILE``."""

import os
from pathlib import Path

from huikuan.web.problems import Problem, problem_response
from services.commands import show
from services.commands.reach import in_words, services
from services.commands.trouble import REFUSED, CommandError
from services.commands.words import language_of, say
from services.notifier.document import read_policy

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


def check(file: Path, *, as_json: bool) -> None:
    """Say whether the document would be adopted; needs no server."""
    try:
        policy = read_policy(file.read_bytes())
    except Problem as problem:
        body = problem_response(problem, language_of(os.environ), "").body
        raise CommandError(f"{file}: {in_words(bytes(body))}", REFUSED) from None
    if as_json:
        show.as_json(policy.model_dump(mode="json", exclude_unset=True))
        return
    columns = (say("step", "措施"), say("kind", "种类"), say("per", "对象"), say("hold", "等待"))
    rows = [(step.name, step.kind, step.per, step.hold) for step in policy.steps]
    show.table(f"{policy.version} ({policy.effective_on})", columns, rows)
