"""``huikuan policy adopt FILE`` and ``huikuan policy check FILE``."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from huikuan.web.problems import Problem, problem_response
from services.commands import show
from services.commands.reach import in_words, services, somebody_serving
from services.commands.trouble import REFUSED, CommandError
from services.commands.words import language_of, say
from services.notifier.document import read_policy

_MEDIA_TYPES = {".json": "application/json"}


def adopt(file: Path, *, confirm: bool, as_json: bool) -> None:
    """Put the document to the notifier; it is in force from its ``effective_on``."""
    path = "/v1/policy?confirm=true" if confirm else "/v1/policy"
    media_type = _MEDIA_TYPES.get(file.suffix.lower(), "application/yaml")
    with services() as reached:
        answer = reached.put("notifier", path, file.read_bytes(), media_type)
        for name in ("ledger", "promises", "notifier"):
            reached.wait(name, answer["position"])
    if as_json:
        show.as_json(answer)
    else:
        show.line(_adopted(answer["version"], is_new=answer["adopted"]))
        _warn(answer.get("warnings", ()))


def _adopted(version: str, *, is_new: bool) -> str:
    if is_new:
        return say(f"Adopted: {version}", f"已采用策略：{version}")
    return say(
        f"Adopted before: {version}. Nothing changes; to bring it back, give it a new version.",
        f"此前已采用策略：{version}。没有变化；如需恢复，请使用新的版本号。",
    )


def _warn(warnings: Iterable[Mapping[str, str]]) -> None:
    for each in warnings:
        show.line(say("Warning", "注意") + f" {each['pointer']}: {each['detail']}")


def _server_warnings(document: bytes) -> list[Mapping[str, str]]:
    """What a server that is running knows of the document: currencies in which nobody deals."""
    running = somebody_serving()
    if running is None:
        return []
    try:
        found = running.post("notifier", "/v1/policy/checks", document)
        return list(found["warnings"])
    except CommandError as error:  # the document is good all the same
        show.line(say(f"Not asked about currencies: {error}", f"未核对币种：{error}"))
        return []
    finally:
        running.close()


def check(file: Path, *, as_json: bool) -> None:
    """Say whether the document would be adopted; needs no server, asks the one that runs."""
    document = file.read_bytes()
    try:
        policy = read_policy(document)
    except Problem as problem:
        body = problem_response(problem, language_of(os.environ), "").body
        raise CommandError(f"{file}: {in_words(bytes(body))}", REFUSED) from None
    if as_json:
        show.as_json(policy.model_dump(mode="json", exclude_unset=True))
        return
    columns = (say("step", "措施"), say("kind", "种类"), say("per", "对象"), say("hold", "等待"))
    rows = [(step.name, step.kind, step.per, step.hold) for step in policy.steps]
    show.table(f"{policy.version} ({policy.effective_on})", columns, rows)
    _warn(_server_warnings(document))
