"""The promises service: takes promises down and answers what became of them."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import uuid_utils
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from huikuan.debtor.promises import JudgedPromise, judge
from huikuan.debtor.setting import Setting
from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.log import Log
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import Saying
from huikuan.eventlog.service import Service
from huikuan.events.codec import encode
from huikuan.events.promises import PromiseMade, PromiseWithdrawn
from services.promises.domain.requests import Asked, Refused, promise_from, withdrawal_from
from services.promises.requests import (
    KEYED,
    MADE,
    WITHDRAWN,
    Answer,
    Before,
    Requests,
    add_requests,
    request_name,
)
from services.promises.rules import SOURCE, PromiseRules, Promisor
from services.promises.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
EXISTS = Refused(
    "promise_exists",
    "/promise",
    "A promise of this id was made before, with other content.",
    "该编号的付款承诺已存在且内容不同。",
)
KEY_REUSED = Refused(
    "idempotency_key_reused",
    "",
    "This Idempotency-Key came with another request before.",
    "该 Idempotency-Key 已用于另一请求。",
)
UNKNOWN = Refused(
    "unknown_promise",
    "",
    "No such promise was made here. One that came by the ledger is found if `debtor` is said.",
    "此处没有该付款承诺。若由台账导入，请同时提供 debtor。",
)
WITHDRAWN_BEFORE = Refused(
    "already_withdrawn",
    "",
    "The promise was withdrawn before, otherwise.",
    "该付款承诺已以其他内容撤回。",
)


class Replayed(msgspec.Struct, frozen=True):
    """The answer that was given before to the same request."""

    answer: Answer


Taken = Answer | Replayed | Refused


class Promises:
    """The service's machinery with what it needs beside."""

    def __init__(self, service: Service[Setting, Promisor]) -> None:
        self.service = service
        self.requests = Requests(add_requests(service.core.metadata))
        service.taken_back.append(self.requests.take_back)

    def start(self) -> None:
        """Follow the log."""
        self.service.start()

    def stop(self) -> None:
        """Follow no longer."""
        self.service.stop()

    def close(self) -> None:
        """Give up connections."""
        self.service.close()

    def make(
        self, debtor: str, asked: Asked, promise: str, key: str = "", trace: str = ""
    ) -> Taken:
        """Take a promise down. Its id is ``promise``, else ``key``, else drawn here.

        ``key`` is the request's Idempotency-Key, ``trace`` its traceparent; each may be empty.
        """
        promisor, setting = self.service.read(debtor)
        fingerprint = _fingerprint("made", debtor, promise, asked)
        promise = promise or key or str(uuid_utils.uuid7())
        name = request_name(asked.company, promise)

        def take(connection: Connection) -> Taken:
            if before := self.requests.find(connection, MADE, name):
                return _again(before, fingerprint, EXISTS)
            known = set(_promises_of(promisor, asked.company))
            if promise in known:
                return EXISTS
            if self._made_by(connection, debtor, asked):
                known.add(asked.replaces or "")
            event = promise_from(asked, promise, setting.open_on, known)
            if isinstance(event, Refused):
                return event
            position = self._say(connection, debtor, event, f"made/{name}", trace)
            answer = Answer(promise, debtor, event.made_on, position.encode())
            self.requests.keep(connection, MADE, name, fingerprint, answer)
            return answer

        return self._once(key, fingerprint, take)

    def withdraw(
        self, promise: str, company: str, debtor: str, on: date | None, key: str, trace: str
    ) -> Taken:
        """Withdraw a promise; ``debtor`` is needed only where it was not taken down here."""
        fingerprint = _fingerprint("withdrawn", promise, company, debtor, on)
        name = request_name(company, promise)

        open_on = self.service.shared().open_on
        said_made_on = self._made_on(debtor, company, promise) if debtor else None

        def take(connection: Connection) -> Taken:
            if before := self.requests.find(connection, WITHDRAWN, name):
                return _again(before, fingerprint, WITHDRAWN_BEFORE)
            owner, made_on = debtor, said_made_on
            if made := self.requests.find(connection, MADE, name):
                owner, made_on = made.answer.debtor, made.answer.on
            if made_on is None or (debtor and owner != debtor):
                return UNKNOWN
            event = withdrawal_from(promise, company, on or open_on, open_on, made_on)
            if isinstance(event, Refused):
                return event
            position = self._say(connection, owner, event, f"withdrawn/{name}", trace)
            answer = Answer(promise, owner, event.on, position.encode())
            self.requests.keep(connection, WITHDRAWN, name, fingerprint, answer)
            return answer

        return self._once(key, fingerprint, take)

    def promises_of(
        self, debtor: str, as_of: date | None, known_at: KnownAt
    ) -> tuple[date | None, list[JudgedPromise]]:
        """A debtor's promises as of a day, as known then; by default the open day."""
        if known_at is None:
            promisor, setting = self.service.read(debtor)
        else:
            promisor, setting = self.service.recalled(known_at).of(debtor)
        if setting.open_on is None:
            return None, []
        day = as_of or setting.open_on
        return day, judge(promisor.account, day, setting)

    def _made_on(self, debtor: str, company: str, promise: str) -> date | None:
        """When the debtor made a promise that came by the log; None where he did not."""
        return _promises_of(self.service.read(debtor)[0], company).get(promise)

    def _made_by(self, connection: Connection, debtor: str, asked: Asked) -> bool:
        name = request_name(asked.company, asked.replaces or "")
        made = self.requests.find(connection, MADE, name)
        return made is not None and made.answer.debtor == debtor

    def _once(self, key: str, fingerprint: str, take: Callable[[Connection], Taken]) -> Taken:
        """Take in one transaction; once more where somebody else took the same meanwhile."""
        try:
            return self._keyed(key, fingerprint, take)
        except IntegrityError:
            return self._keyed(key, fingerprint, take)

    def _keyed(self, key: str, fingerprint: str, take: Callable[[Connection], Taken]) -> Taken:
        with self.service.transaction() as connection:
            if key and (before := self.requests.find(connection, KEYED, key)):
                return _again(before, fingerprint, KEY_REUSED)
            taken = take(connection)
            if key and not isinstance(taken, Refused):
                answer = taken.answer if isinstance(taken, Replayed) else taken
                self.requests.keep(connection, KEYED, key, fingerprint, answer)
            return taken

    def _say(
        self,
        connection: Connection,
        debtor: str,
        event: PromiseMade | PromiseWithdrawn,
        event_id: str,
        trace: str,
    ) -> Position:
        word = Saying(
            key=debtor,
            type=event.TYPE,
            id=event_id,
            value=encode(event),
            source=SOURCE,
            trace=trace,
        )
        return self.service.say(connection, [word])


def build(settings: Settings, log: Log) -> Promises:
    """The service on a log; its database is not touched before ``service.migrate()``."""
    return Promises(Service(PromiseRules(), log, settings.database, migrations=MIGRATIONS))


def _promises_of(promisor: Promisor, company: str) -> dict[str, date]:
    """The ids of a debtor's promises in a company, with the dates on which they were made."""
    account = promisor.account
    return {
        promise.promise: date.fromordinal(promise.on)
        for promise in account.promises
        if account.books[promise.book].company == company
    }


def _again(before: Before, fingerprint: str, otherwise: Refused) -> Taken:
    return Replayed(before.answer) if before.fingerprint == fingerprint else otherwise


def _fingerprint(*request: object) -> str:
    return hashlib.sha256(msgspec.json.encode(request)).hexdigest()
