"""Read your writes across services, by the position that every write answers."""

from collections.abc import Iterator

import pytest

from huikuan.eventlog.position import Position
from tests.journeys.facts import invoice, payment
from tests.journeys.installation import Installation, serving

ANY_DEBT = """
version: positions-1
effective_on: 2012-01-01
steps:
  - {name: reminder, kind: notice, when: {days_overdue: 1}}
"""


@pytest.fixture(scope="module")
def huikuan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with serving(tmp_path_factory.mktemp("positions")) as installation:
        installation.adopt(ANY_DEBT)
        installation.open_day("2012-06-10")
        yield installation


@pytest.mark.parametrize("turn", range(20))
def test_what_the_ledger_took_every_service_has_folded(huikuan: Installation, turn: int) -> None:
    debtor = f"debtor-{turn}"

    huikuan.tell(invoice(debtor, f"{debtor}-1", "100.00", "2012-06-01"))

    assert huikuan.escalations(debtor)["state"] == "reminder"
    assert huikuan.debtor(debtor)["balances"]["CNY"]["open"] == "100.00"

    huikuan.tell(payment(debtor, f"{debtor}-a", "100.00", "2012-06-10", pays=f"{debtor}-1"))

    assert huikuan.escalations(debtor)["state"] == "clear"
    assert huikuan.debtor(debtor)["balances"]["CNY"]["open"] == "0.00"


def test_what_the_promises_service_took_the_notifier_has_folded(huikuan: Installation) -> None:
    huikuan.tell(invoice("honest", "H1", "100.00", "2012-06-10"))
    promise = {
        "promise": "P1",
        "debtor": "honest",
        "amount": "100.00",
        "currency": "CNY",
        "due_on": "2012-06-20",
        "invoices": ["H1"],
    }
    answer = huikuan.ask("POST", "promises", "/v1/promises", json=promise)
    assert answer.is_success, answer.text
    huikuan.position = answer.json()["position"]

    standing = huikuan.get("notifier", "/v1/debtors/honest/standing")
    assert standing["promises_alive"] == 1
    (made,) = huikuan.get("promises", "/v1/debtors/honest/promises")["items"]
    assert (made["promise"], made["state"]) == ("P1", "open")

    huikuan.open_day("2012-06-15")
    assert huikuan.escalations("honest")["state"] == "clear", "a promise prevents new steps"
    huikuan.open_day("2012-06-25")
    (broken,) = huikuan.get("promises", "/v1/debtors/honest/promises")["items"]
    assert (broken["state"], broken["shortfall"]) == ("broken", "100.00")
    assert huikuan.escalations("honest")["state"] == "reminder"


def test_a_position_that_was_never_reached_says_when_to_ask_again(huikuan: Installation) -> None:
    ahead = _beyond(huikuan.position)

    answer = huikuan.ask(
        "GET", "ledger", "/v1/debtors/honest", params={"after_position": ahead}, timeout=30
    )

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def _beyond(token: str) -> str:
    """A token that nobody gives out: the one place where a test looks into one."""
    known = Position.decode(token)
    ahead = {who: {at: seq + 1_000 for at, seq in seqs.items()} for who, seqs in known.seqs.items()}
    return Position(ahead).encode()
