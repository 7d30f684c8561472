"""What people and programs ask the ledger; every answer as of a day, and as known at a place."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from huikuan.debtor.account import Account, decode, new_account
from huikuan.debtor.ageing import age
from huikuan.debtor.conservation import all_imbalances
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import standing
from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.recalled import Recalled
from huikuan.eventlog.service import Service
from services.ledger.domain.kpis import Kpis
from services.ledger.domain.views import Aged, Answer, balances, debtor_answer

Then = Recalled[Setting, Account] | None
"""The accounts as known at a place; None for all that is recorded."""


class Questions:
    """Answers from what this service has folded."""

    def __init__(self, service: Service[Setting, Account]) -> None:
        self._service = service

    def debtor(self, debtor: str, as_of: date | None, known_at: KnownAt) -> Answer | None:
        """One debtor; None where nothing is known of him. Before the first day it is empty."""
        account, setting = self._account(debtor, self._then(known_at))
        if setting.open_on is None:
            return debtor_answer(debtor, None, None)
        if account == new_account(debtor):
            return None
        day = as_of or setting.open_on
        return debtor_answer(debtor, day, standing(account, day, setting))

    def debtors(self, as_of: date | None, known_at: KnownAt, after: str, limit: int) -> Answer:
        """A page of debtors with their balances, by id; those whom a fact had named by then."""
        rows = self._service.rows(after=after, limit=limit + 1)
        known: Iterable[tuple[str, Account, Setting]]
        then = self._then(known_at)
        setting = self._shared(then)
        if then is None:
            known = ((key, decode(row.body), setting) for key, row in rows[:limit])
        else:
            known = then.each(key for key, _ in rows[:limit])
        day = (as_of or setting.open_on) if setting.open_on else None
        items = [
            {"debtor": key, "balances": balances(standing(account, day, his)) if day else {}}
            for key, account, his in known
        ]
        more = len(rows) > limit
        return {"as_of": day, "items": items, **({"next": rows[limit - 1][0]} if more else {})}

    def ageing(
        self, as_of: date | None, known_at: KnownAt, debtor: str, bounds: Sequence[int]
    ) -> Answer:
        """Open items by days overdue, of one debtor or of all."""
        aged, then = Aged(), self._then(known_at)
        if debtor:
            one = self._account(debtor, then)
            open_on, accounts = one[1].open_on, iter([one])
        else:
            open_on, accounts = self._shared(then).open_on, self._accounts(then)
        if open_on is None:
            return aged.answer(None)
        day = as_of or open_on
        for account, setting in accounts:
            aged.add(age(account, day, setting, bounds))
        return aged.answer(day)

    def kpis(self, first_on: date, last_on: date, known_at: KnownAt) -> Answer:
        """The figures of a period, over all debtors."""
        kpis, then = Kpis(first_on, last_on), self._then(known_at)
        if self._shared(then).open_on is not None:
            for account, setting in self._accounts(then):
                kpis.add(account, setting)
        return kpis.answer()

    def imbalances(self) -> Iterator[str]:
        """Where an account does not add up (law 4), a sentence each."""
        return all_imbalances((key, account) for key, account, _ in self._service.scan())

    def _then(self, known_at: KnownAt) -> Then:
        return None if known_at is None else self._service.recalled(known_at)

    def _shared(self, then: Then) -> Setting:
        return (then or self._service).shared()

    def _account(self, debtor: str, then: Then) -> tuple[Account, Setting]:
        return self._service.read(debtor) if then is None else then.of(debtor)

    def _accounts(self, then: Then) -> Iterator[tuple[Account, Setting]]:
        service = self._service
        if then is None:
            yield from ((account, setting) for _, account, setting in service.scan())
            return
        for partition in range(service.partitions):
            for _, account, setting in then.among(partition, service.keys(partition)):
                yield account, setting
