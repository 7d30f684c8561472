"""What people and programs ask the ledger; every answer as of a day, and as known at a place."""

from collections.abc import Iterator, Sequence
from datetime import date

from huikuan.debtor.account import Account, decode, new_account
from huikuan.debtor.ageing import age
from huikuan.debtor.conservation import imbalances
from huikuan.debtor.fold import refold
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import standing
from huikuan.eventlog.position import Position
from huikuan.eventlog.service import Service
from services.ledger.domain.kpis import Kpis
from services.ledger.domain.views import Aged, Answer, balances, debtor_answer
from services.ledger.rules import facts_of

KnownAt = int | Position | None
"""Milliseconds, a position, or None for all that is recorded."""
_PAGE = 1_000


class Questions:
    """Answers from what this service has folded."""

    def __init__(self, service: Service[Setting, Account]) -> None:
        self._service = service

    def open_on(self) -> date | None:
        """The open business day, as far as it is folded."""
        return self._service.shared(0).open_on

    def debtor(self, debtor: str, as_of: date | None, known_at: KnownAt) -> Answer | None:
        """One debtor; None where nothing is known of him. Before the first day it is empty."""
        account, setting = self._account(debtor, known_at)
        open_on = setting.open_on or self.open_on()
        if open_on is None:
            return debtor_answer(debtor, None, None)
        if account == new_account(debtor):
            return None
        day = as_of or open_on
        return debtor_answer(debtor, day, standing(account, day, setting))

    def debtors(self, as_of: date | None, known_at: KnownAt, after: str, limit: int) -> Answer:
        """A page of debtors with their balances, by id; those whom a fact had named by then."""
        rows = self._service.rows(after=after, limit=limit + 1)
        setting = self._service.shared(0)
        day = (as_of or setting.open_on) if setting.open_on else None
        items: list[Answer] = []
        for key, row in rows[:limit]:
            account = decode(row.body) if known_at is None else self._then(key, known_at, setting)
            if known_at is None or account != new_account(key):
                there = balances(standing(account, day, setting)) if day else {}
                items.append({"debtor": key, "balances": there})
        more = len(rows) > limit
        return {"as_of": day, "items": items, **({"next": rows[limit - 1][0]} if more else {})}

    def ageing(
        self, as_of: date | None, known_at: KnownAt, debtor: str, bounds: Sequence[int]
    ) -> Answer:
        """Open items by days overdue, of one debtor or of all."""
        aged = Aged()
        open_on = self.open_on()
        if open_on is None:
            return aged.answer(None)
        day = as_of or open_on
        accounts = iter([self._account(debtor, known_at)]) if debtor else self._accounts(known_at)
        for account, setting in accounts:
            aged.add(age(account, day, setting, bounds))
        return aged.answer(day)

    def kpis(self, first_on: date, last_on: date, known_at: KnownAt) -> Answer:
        """The figures of a period, over all debtors."""
        kpis = Kpis(first_on, last_on)
        if self.open_on() is not None:
            for account, setting in self._accounts(known_at):
                kpis.add(account, setting)
        return kpis.answer()

    def imbalances(self) -> Iterator[str]:
        """Where an account does not add up (law 4), a sentence each."""
        for key, account, _ in self._service.scan():
            for sentence in imbalances(account):
                yield f"{key}: {sentence}"

    def _account(self, debtor: str, known_at: KnownAt) -> tuple[Account, Setting]:
        account, setting = self._service.read(debtor)
        if known_at is None:
            return account, setting
        return self._then(debtor, known_at, setting), setting

    def _accounts(self, known_at: KnownAt) -> Iterator[tuple[Account, Setting]]:
        if known_at is None:
            for _, account, setting in self._service.scan():
                yield account, setting
            return
        setting, after = self._service.shared(0), ""
        while rows := self._service.rows(after=after, limit=_PAGE):
            for key, _ in rows:
                yield self._then(key, known_at, setting), setting
            after = rows[-1][0]

    def _then(self, debtor: str, known_at: KnownAt, setting: Setting) -> Account:
        """The account from the records that were known then."""
        account = new_account(debtor)
        refold(account, facts_of(self._service.history(debtor, known_at=known_at)), setting)
        return account
