"""The story of one debtor under a ladder: warned at 5 days, blocked at 7, cancelled at 11."""

from pathlib import Path

from tests.journeys.facts import invoice, payment
from tests.journeys.installation import PROJECT, Installation, apart, serving
from tests.rig.parts import Parts

DEBTOR = "globex"
LADDER = (PROJECT / "deploy" / "policies" / "story.yaml").read_text()
STATES = {
    "2012-06-02": "clear",
    "2012-06-03": "clear",
    "2012-06-04": "clear",
    "2012-06-05": "clear",
    "2012-06-06": "clear",
    "2012-06-07": "warning",
    "2012-06-08": "warning",
    "2012-06-09": "blocked",
    "2012-06-10": "blocked",
    "2012-06-11": "blocked",
    "2012-06-12": "blocked",
    "2012-06-13": "cancelled",
}
STEPS = [
    ("warning", "notice", "2012-06-07"),
    ("blocked", "stop_supply", "2012-06-09"),
    ("cancelled", "stop_service", "2012-06-13"),
]


def test_a_debtor_who_pays_only_some_is_warned_blocked_and_cancelled(home: Path) -> None:
    with serving(home) as huikuan:
        huikuan.adopt(LADDER)
        _begin(huikuan)
        for day, state in STATES.items():
            huikuan.open_day(day)
            assert huikuan.escalations(DEBTOR)["state"] == state, day
        _ends_cancelled(huikuan)


def test_a_notifier_that_was_down_says_the_same_with_the_same_dates(
    home: Path, parts: Parts
) -> None:
    """It was down from 06-05, and first looks again on 06-13."""
    with apart(home, parts("postgresql", "kafka")) as (huikuan, system):
        huikuan.adopt(LADDER)
        _begin(huikuan)
        huikuan.open_day("2012-06-05")
        assert huikuan.escalations(DEBTOR)["state"] == "clear"
        system["notifier"].stop()
        huikuan.open_day("2012-06-13")

        system["notifier"].start()
        _ends_cancelled(huikuan)


def _begin(huikuan: Installation) -> None:
    """Four invoices, two of them paid in full on 2012-06-02."""
    huikuan.tell(
        invoice(DEBTOR, "1", "249.95", "2012-05-31"),
        invoice(DEBTOR, "2", "500.00", "2012-05-31"),
        invoice(DEBTOR, "3", "700.00", "2012-06-02"),
    )
    huikuan.open_day("2012-05-31")
    huikuan.tell(
        payment(DEBTOR, "a", "249.95", "2012-06-02", pays="1"),
        payment(DEBTOR, "b", "500.00", "2012-06-02", pays="2"),
    )
    huikuan.open_day("2012-06-02")
    huikuan.tell(invoice(DEBTOR, "4", "200.00", "2012-06-03", issued_on="2012-06-02"))


def _ends_cancelled(huikuan: Installation) -> None:
    """State as of every day, history, feed and ledger tell the one story."""
    for day, state in STATES.items():
        assert huikuan.escalations(DEBTOR, as_of=day)["state"] == state, day

    now = huikuan.escalations(DEBTOR)
    assert now["state"] == "cancelled"
    assert now["in_force"] == ["warning", "blocked", "cancelled"]
    said = [(each["step"], each["kind"], each["effective_on"]) for each in now["history"]]
    assert said == STEPS
    assert {each["status"] for each in now["history"]} == {"raised"}
    assert {each["policy_version"] for each in now["history"]} == {"story-1"}
    fed = [(each["step"], each["kind"], each["effective_on"]) for each in huikuan.feed()]
    assert fed == STEPS

    balance = huikuan.debtor(DEBTOR)["balances"]["CNY"]
    assert (balance["open"], balance["overdue"], balance["unapplied"]) == (
        "900.00",
        "900.00",
        "0.00",
    )
    items = [(each["invoice"], each["open"]) for each in huikuan.debtor(DEBTOR)["items"]]
    assert items == [("3", "700.00"), ("4", "200.00")]
