"""Law: before the day that is told from facts one by one, none of them has made anything due."""

from collections.abc import Iterator
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.events.codec import effective_on
from huikuan.events.fields import Event
from huikuan.events.sales import Instalment
from services.notifier.domain.ladder import Ladder, ladder_of
from services.notifier.domain.policy import Policy
from services.notifier.domain.unpaid import Unpaid
from tests.debtor.histories import DAYS
from tests.debtor.test_laws import folded
from tests.debtor.words import Fact, day, invoice, names, payment
from tests.notifier.payers import good_payers


def policy(days_overdue: int, age_from: str) -> Policy:
    step = {"name": "s", "kind": "notice", "when": {"days_overdue": days_overdue}}
    return Policy.model_validate(
        {"version": "v", "effective_on": "2026-01-01", "age_from": age_from, "steps": [step]}
    )


age_from = st.sampled_from(["due_date", "invoice_date"])
ladders = st.builds(policy, st.integers(-3, 9), age_from).map(ladder_of)


def comes_of_age_on(account: Account, ladder: Ladder) -> list[Day]:
    """When each open item reaches the policy's age."""
    age, from_invoice = ladder.earliest_age[0], ladder.reading.aging.from_invoice
    open_items = [item for item in account.items if item.open_minor]
    return [(item.on if from_invoice else item.due_on) + age for item in open_items]


def taken(coming: list[Fact], here: Day, unpaid: Unpaid) -> Iterator[tuple[list[Fact], Day]]:
    """The facts that can be taken, one more each time, with the day that is named after them."""
    for count, (_, event) in enumerate(coming, 1):
        if not unpaid.take(event) or unpaid.loud_on <= here:
            return
        yield coming[:count], unpaid.loud_on


def first_of_age(facts: list[Fact], on: Day, ladder: Ladder) -> Day:
    """The first day on which an open item is old enough, of those known on a day."""
    account = folded(facts, Setting(open_on=date.fromordinal(on)))
    return min(comes_of_age_on(account, ladder), default=NEVER)


@given(good_payers(), st.integers(0, DAYS), ladders)
def test_nothing_comes_of_age_before_the_day_that_is_named(
    facts: list[Fact], known: int, ladder: Ladder
) -> None:
    open_on = day(known)
    before = [fact for fact in facts if effective_on(fact[1]) <= open_on]
    account = folded(before, Setting(open_on=open_on))
    assume(not (account.early or account.refunds))
    unpaid, coming = Unpaid(account, ladder), [fact for fact in facts if fact not in before]
    here, last = open_on.toordinal(), day(DAYS).toordinal()
    assume(unpaid.loud_on > here)
    for seen, loud_on in [([], unpaid.loud_on), *taken(coming, here, unpaid)]:
        for on in {*range(here, min(loud_on, last)), loud_on - 1}:
            assert first_of_age([*before, *seen], on, ladder) > on


def of(facts: list[Event], days_overdue: int) -> Unpaid:
    """What of these facts, folded on the last day of the month, may come of age."""
    named = [(f"e{at}", event) for at, event in enumerate(facts)]
    account = folded(named, Setting(open_on=day(31)))
    return Unpaid(account, ladder_of(policy(days_overdue, "due_date")))


def test_what_is_due_first_of_an_invoice_in_parts_stays_when_another_invoice_is_paid() -> None:
    parts = (
        Instalment(instalment="1", amount="10.00", due_on=day(5)),
        Instalment(instalment="2", amount="10.00", due_on=day(9)),
    )
    in_parts = invoice("A", "20.00", on=1, instalments=parts)
    unpaid = of([in_parts, invoice("B", "10.00", on=1, due=4)], 30)
    assert unpaid.loud_on == day(34).toordinal()
    assert unpaid.take(payment("P", "10.00", on=32, pays="B"))
    assert unpaid.loud_on == day(35).toordinal()
    assert unpaid.take(payment("Q", "20.00", on=33, pays="A"))
    assert unpaid.loud_on == day(35).toordinal()


def test_of_two_invoices_by_one_number_only_the_fold_tells_which_counts() -> None:
    unpaid = of([], 30)
    assert unpaid.take(invoice("A", "10.00", on=32, due=40))
    assert not unpaid.take(invoice("A", "20.00", on=32, due=50))


def test_who_pays_each_invoice_by_name_in_time_is_never_looked_at() -> None:
    unpaid = of([invoice("A", "10.00", on=1, due=4)], 30)
    assert unpaid.take(invoice("B", "20.00", on=32, due=40))
    both = [names("A", "10.00"), names("B", "20.00")]
    assert unpaid.take(payment("P", "30.00", on=33, pays=both))
    assert unpaid.loud_on == NEVER


def test_money_that_counts_from_the_day_itself_comes_too_late() -> None:
    unpaid = of([invoice("A", "10.00", on=1, due=4)], 30)
    assert unpaid.take(payment("P", "10.00", on=34, pays="A"))
    assert unpaid.loud_on == day(34).toordinal()


def test_of_a_payment_that_says_more_than_it_has_nothing_is_believed() -> None:
    unpaid = of([invoice("A", "10.00", on=1, due=4)], 30)
    both = [names("B", "20.00"), names("A", "10.00")]
    assert unpaid.take(payment("P", "20.00", on=32, pays=both))
    assert unpaid.loud_on == day(34).toordinal()


def test_of_two_payments_by_one_number_only_the_fold_tells_which_counts() -> None:
    unpaid = of([invoice("A", "10.00", on=1, due=4), payment("P", "5.00", on=2)], 30)
    assert not unpaid.take(payment("P", "10.00", on=32, pays="A"))
    assert unpaid.take(payment("Q", "1.00", on=32))
    assert not unpaid.take(payment("Q", "10.00", on=32, pays="A"))
