"""Nothing lost, nothing doubled, state equal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from tests.journeys import portfolio
from tests.journeys.installation import Answer, Installation, serving
from tests.journeys.state import everything, said
from tests.torture.load import Batch, Sender

_SHOWN = 10


def answers_left_alone(home: Path, batches: Sequence[Batch]) -> Answer:
    """What one process that nobody kills, on the embedded log and SQLite, has to say."""
    with serving(home) as oracle:
        oracle.adopt(portfolio.LADDER)
        sender = Sender(oracle)
        for batch in batches:
            sender.send(batch)
        return answers(oracle)


def answers(huikuan: Installation) -> Answer:
    """Every word said about every debtor, and every answer about him; and the books balance."""
    huikuan.settle()
    for service in huikuan.urls:
        answer = huikuan.ask("GET", service, "/health/invariants")
        assert answer.is_success, answer.text
    return {"said": said(huikuan), "state": everything(huikuan)}


def are_equal(got: Answer, wanted: Answer) -> None:
    """Fails with the first places in which they differ."""
    found = list(islice(_differences("", got, wanted), _SHOWN))
    assert not found, "\n" + "\n".join(found)


def _differences(path: str, got: object, wanted: object) -> Iterator[str]:
    """Where they differ, as deep down as can be told."""
    if got == wanted:
        return
    if isinstance(got, Mapping) and isinstance(wanted, Mapping):
        for name in sorted(got.keys() | wanted.keys()):
            here = f"{path}/{name}"
            yield from _differences(here, got.get(name, "nothing"), wanted.get(name, "nothing"))
    elif isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        for number, pair in enumerate(zip(got, wanted, strict=True)):
            yield from _differences(f"{path}/{number}", *pair)
    else:
        yield f"{path}: {got!r} but should be {wanted!r}"
