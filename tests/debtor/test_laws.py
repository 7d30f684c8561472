"""The laws of the fold (architecture §3), for any history of any facts."""

from datetime import date

from hypothesis import given, note
from hypothesis import strategies as st

from huikuan.debtor.account import Account, decode, encode, new_account
from huikuan.debtor.changes import change_dates
from huikuan.debtor.conservation import imbalances
from huikuan.debtor.fold import FOLDS, advance, as_of, receive, refold
from huikuan.debtor.setting import Setting, adopt, open_day
from huikuan.debtor.standing import Standing, standing
from huikuan.events import codec
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from tests.debtor.histories import DAYS, KINDS, days, histories, terms
from tests.debtor.words import Fact, day

Document = dict[str, object]
Arrival = Fact | PolicyAdopted | int
"""A fact, a policy, or the day that opens."""
History = tuple[list[Fact], list[Arrival]]


def setting_of(document: Document, open_on: int) -> Setting:
    setting = Setting()
    adopt(setting, PolicyAdopted(version="v", effective_on=day(1), document=document))
    open_day(setting, BusinessDayOpened(date=day(open_on)))
    return setting


def folded(facts: list[Fact], setting: Setting) -> Account:
    account = new_account("acme")
    refold(account, facts, setting)
    assert imbalances(account) == [], "law 4"
    return account


def follow(arrivals: list[Arrival], document: Document) -> tuple[Account, Setting]:
    """As a runner does: each fact as it comes, days opened in between, refolds where asked for."""
    setting = setting_of(document, arrivals[0] if isinstance(arrivals[0], int) else 1)
    account = new_account("acme")
    seen: list[Fact] = []
    for arrival in arrivals:
        if isinstance(arrival, int):
            open_day(setting, BusinessDayOpened(date=day(arrival)))
            if arrival % 2:  # an account that is not due is not looked at on opening
                advance(account, setting)
            continue
        if isinstance(arrival, PolicyAdopted):
            if adopt(setting, arrival):
                refold(account, seen, setting)
            continue
        seen.append(arrival)
        before = encode(account)
        if not receive(account, arrival[1], arrival[0], setting):
            assert encode(account) == before
            refold(account, seen, setting)
    open_day(setting, BusinessDayOpened(date=day(DAYS)))
    advance(account, setting)
    assert imbalances(account) == [], "law 4"
    return account, setting


policies = st.builds(PolicyAdopted, version=st.just("w"), effective_on=days, document=terms)


@st.composite
def arrivals(draw: st.DrawFn) -> History:
    """A history, and a way for it to arrive: any order, some twice, days and policies anywhere."""
    facts = draw(histories())
    again = draw(st.lists(st.sampled_from(facts), max_size=3))
    arriving: list[Arrival] = list(draw(st.permutations(facts + again)))
    opened = sorted(draw(st.lists(st.integers(1, DAYS), max_size=4)))
    for number in opened:
        at = draw(st.integers(0, len(arriving)))
        arriving.insert(at, number)
    for policy in draw(st.lists(policies, max_size=2)):
        arriving.insert(draw(st.integers(0, len(arriving))), policy)
    numbers = iter(opened)
    return facts, [next(numbers) if isinstance(each, int) else each for each in arriving]


def test_every_kind_of_fact_is_folded_and_generated() -> None:
    assert set(FOLDS) == set(codec.FACTS + codec.CHARGES) == set(KINDS)


@given(arrivals(), terms)
def test_arrival_order_does_not_matter(history: History, document: Document) -> None:
    facts, arriving = history
    account, setting = follow(arriving, document)
    assert encode(account) == encode(folded(facts, setting))


@given(histories(), terms)
def test_nothing_is_lost_and_nothing_made_at_any_step(
    facts: list[Fact], document: Document
) -> None:
    setting = setting_of(document, DAYS)
    account = new_account("acme")
    ordered = sorted(facts, key=lambda fact: codec.canonical_key(fact[1], fact[0]))
    for event_id, event in ordered:
        assert receive(account, event, event_id, setting)
        note(f"{event_id} {event}")
        assert imbalances(account) == []
    assert encode(decode(encode(account))) == encode(account)


def comparable(stands: Standing) -> dict[str, object]:
    return {
        field: getattr(stands, field) for field in stands.__struct_fields__ if field != "sums"
    } | {
        "sums": {
            currency: each
            for currency, each in stands.sums.items()
            if each.limit_minor is not None
            or any((each.balance_minor, each.unapplied_minor, *each.exposure_by.values()))
        }
    }


@given(histories(), terms, st.integers(1, DAYS - 1))
def test_a_past_day_is_as_if_nothing_had_happened_since(
    facts: list[Fact], document: Document, number: int
) -> None:
    setting = setting_of(document, DAYS)
    account = folded(facts, setting)
    then = as_of("acme", facts, day(number), setting)
    expected = standing(then, day(number), setting)
    assert comparable(standing(account, day(number), setting)) == comparable(expected)


@given(histories(), terms, st.integers(1, DAYS - 1), st.integers(1, 12))
def test_a_forecast_is_what_comes_if_nothing_arrives(
    facts: list[Fact], document: Document, number: int, ahead: int
) -> None:
    setting = setting_of(document, number)
    account = folded(facts, setting)
    forecast = standing(account, day(number + ahead), setting)
    for later in range(number + 1, number + ahead + 1):
        open_day(setting, BusinessDayOpened(date=day(later)))
        advance(account, setting)
    assert forecast == standing(account, day(number + ahead), setting)


@given(histories(), terms, st.integers(1, DAYS))
def test_asking_changes_nothing(facts: list[Fact], document: Document, number: int) -> None:
    setting = setting_of(document, 12)
    account = folded(facts, setting)
    before = encode(account)
    asked: date = day(number)
    assert standing(account, asked, setting) == standing(account, asked, setting)
    assert encode(account) == before


def unaged(stands: Standing) -> object:
    """What stands, without what merely ages."""
    lines = [
        (line.item, line.instalment, line.dunnable_minor, line.owed_minor, line.paused)
        for line in stands.lines
    ]
    sums = {
        currency: (each.exposure_by, each.coming_minor, each.limit_minor)
        for currency, each in stands.sums.items()
    }
    promised = (stands.promises_alive, stands.broken_promises, stands.promise_shortfall_minor)
    return lines, sums, promised, stands.paused, stands.segment, stands.signals


@given(histories(), terms, st.integers(1, DAYS - 1), st.integers(1, 12))
def test_between_the_dates_that_are_announced_nothing_changes_but_age(
    facts: list[Fact], document: Document, number: int, ahead: int
) -> None:
    setting = setting_of(document, number)
    account = folded(facts, setting)
    announced = change_dates(account, day(number), setting)
    then = day(number + ahead)
    before = unaged(standing(account, day(number + ahead - 1), setting))
    after = unaged(standing(account, then, setting))
    # A fact that waited brings dates of its own: from its day on they must be asked for anew.
    asked_anew = account.waiting and account.waiting[0].on < then.toordinal()
    assert before == after or then in announced or asked_anew


@given(st.one_of(list(KINDS.values())))
def test_a_fact_is_read_as_the_canonical_order_reads_it(event: Event) -> None:
    account = new_account("acme")
    receive(account, event, "e", setting_of({}, DAYS + 9))
    on, *rest = codec.canonical_key(event, "e")
    assert account.last_key == (on.toordinal(), *rest)
