"""``huikuan explain DEBTOR``: one debtor's story, or why a step; from the public APIs alone."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from services.commands import show, story
from services.commands.reach import services
from services.commands.words import language_of, say


def explain(debtor: str, when: Mapping[str, object], *, as_json: bool) -> None:
    """Print what is known about the debtor; ``when``: ``as_of`` and ``known_at``, as the API's."""
    with services() as reached:
        told = story.ask(reached, debtor, when)
    if as_json:
        show.as_json(told)
    else:
        story.tell(told)


def explain_step(debtor: str, step: str, when: Mapping[str, object], *, as_json: bool) -> None:
    """Print why a step is in force against the debtor, or why not; ``when`` as for ``explain``."""
    path = f"/v1/debtors/{quote(debtor, safe='')}/why"
    with services() as reached:
        told = reached.get("notifier", path, step=step, **when)
    if as_json:
        show.as_json(told)
        return
    policy = told.get("policy_version", "")
    as_of_day = told["as_of"]
    show.line(f"{debtor} · {step} · {as_of_day} · {policy}", "bold")
    for sentence in told["sentences"][language_of(os.environ)]:
        show.line(sentence)
    _thresholds(told.get("judged", ()))


def _thresholds(judged: Any) -> None:
    rows = list(_rows(judged))
    if not rows:
        return
    columns = (
        say("subject", "对象"),
        say("place", "位置"),
        say("needs", "要求"),
        say("is", "现值"),
        say("reached", "达到"),
        say("events", "事件"),
    )
    show.table(say("Thresholds", "阈值"), columns, rows)


def _rows(judged: Any) -> Iterator[tuple[object, ...]]:
    for subject in judged:
        for each in subject["thresholds"]:
            reached = say("yes", "是") if each["reached"] else say("no", "否")
            measures = (show.plain(each["needed"]), show.plain(each["seen"]))
            yield subject["subject"], each["at"], *measures, reached, " ".join(each["events"])
