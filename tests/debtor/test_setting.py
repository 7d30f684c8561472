"""What policies say to the fold, and when the past must be folded anew."""

from huikuan.debtor.setting import NO_POLICY, Setting, adopt, open_day, terms_on
from huikuan.events.ledger import BusinessDayOpened
from tests.debtor.words import day, policy


def opened(on: int) -> Setting:
    setting = Setting()
    open_day(setting, BusinessDayOpened(date=day(on)))
    return setting


def test_days_open_forwards_only() -> None:
    setting = opened(9)
    open_day(setting, BusinessDayOpened(date=day(8)))
    assert setting.open_on == day(9)


def test_the_terms_in_force_on_a_day_are_those_adopted_last_for_it() -> None:
    setting = opened(1)
    adopt(setting, policy(on=5, version="a", promises={"tolerance_days": 1}))
    adopt(setting, policy(on=9, version="b"))
    adopt(setting, policy(on=5, version="c"))
    assert [terms_on(setting, day(on)).version for on in (4, 5, 8, 9)] == ["", "c", "c", "b"]
    assert terms_on(setting, day(4)) == NO_POLICY


def test_only_other_terms_of_allocation_in_the_past_ask_for_a_refold() -> None:
    setting = opened(10)
    assert not adopt(setting, policy(on=5, promises={"tolerance_days": 3}))
    assert not adopt(setting, policy(on=11, allocate="none"))
    assert adopt(setting, policy(on=10, version="p2", allocate="none"))
    assert adopt(setting, policy(on=10, version="p3", disputes={"shield": "upheld"}))
    assert not adopt(opened(4), policy(on=5, allocate="none"))
    assert not adopt(Setting(), policy(on=5, allocate="none"))
