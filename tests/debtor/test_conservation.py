"""What does not add up is told in a sentence each."""

import pytest

from huikuan.debtor.account import Account
from huikuan.debtor.conservation import imbalances
from huikuan.debtor.things import Claim, Entry, Kind
from tests.debtor.test_exposure import order, shipment
from tests.debtor.words import given, invoice, payment


def account() -> Account:
    return given(
        invoice("A", "100.00", on=1, due=5),
        invoice("B", "100.00", on=1, due=9),
        payment("P", "100.00", on=2, pays="A"),
        payment("Q", "50.00", on=3, pays="Z"),
        order("O", "70.00", on=3),
        shipment("S", "20.00", on=4, order="O"),
    ).account


def test_an_account_adds_up() -> None:
    assert imbalances(account()) == []


def lose_open(wrong: Account) -> None:
    wrong.items[1].open_minor -= 100


def owe_less_than_nothing(wrong: Account) -> None:
    wrong.items[1].open_minor = -1


def forget_an_open_item(wrong: Account) -> None:
    wrong.books[0].open.clear()


def forget_unapplied_money(wrong: Account) -> None:
    wrong.books[0].free.clear()


def find_money(wrong: Account) -> None:
    wrong.moneys[1].free_minor += 100


def claim_too_much(wrong: Account) -> None:
    wrong.claims = (*wrong.claims, Claim(1, 100))


def take_back_what_was_never_paid(wrong: Account) -> None:
    wrong.journal.append(Entry(740_000, Kind.ASSUMED, 1, 1, -100))


def lose_money_without_a_word(wrong: Account) -> None:
    wrong.moneys[1].gone_minor += 100


def keep_a_cancelled_item_open(wrong: Account) -> None:
    wrong.items[1].cancelled = True


def pay_across_books(wrong: Account) -> None:
    wrong.items[0].book = 1


def lose_goods(wrong: Account) -> None:
    wrong.shipments[0].dispatched_minor -= 100


@pytest.mark.parametrize(
    "spoil",
    [
        lose_open,
        owe_less_than_nothing,
        forget_an_open_item,
        forget_unapplied_money,
        find_money,
        claim_too_much,
        take_back_what_was_never_paid,
        lose_money_without_a_word,
        keep_a_cancelled_item_open,
        pay_across_books,
        lose_goods,
    ],
)
def test_what_was_spoilt_is_told(spoil: object) -> None:
    wrong = account()
    assert callable(spoil)
    spoil(wrong)
    assert imbalances(wrong)
