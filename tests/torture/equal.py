"""Nothing lost, nothing doubled, state equal."""

from collections.abc import Iterator, Mapping
from itertools import islice

from tests.journeys.installation import Installation
from tests.journeys.state import everything, said

_SHOWN = 10


def are_equal(tortured: Installation, oracle: Installation) -> None:
    """Every word said about every debtor, and every answer about him; and the books balance."""
    for each in (tortured, oracle):
        each.settle()
    _are_same("said", said(tortured), said(oracle))
    _are_same("state", everything(tortured), everything(oracle))
    for service in tortured.urls:
        answer = tortured.ask("GET", service, "/health/invariants")
        assert answer.is_success, answer.text


def _are_same(what: str, got: object, wanted: object) -> None:
    found = list(islice(_differences(what, got, wanted), _SHOWN))
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
