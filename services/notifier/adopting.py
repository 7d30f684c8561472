"""Policies are adopted: one content per version, said to every partition."""

import hashlib
from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from huikuan.eventlog.record import Record, Saying
from huikuan.events.codec import decode, encode
from huikuan.events.notifier import PolicyAdopted
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.domain.policies import Adopted, adopted, of_version
from services.notifier.domain.policy import Policy
from services.notifier.following import Following
from services.notifier.publish import SOURCE

_OTHER_CONTENT = Words(
    "This version was adopted with other content; give the document a version of its own.",
    "该版本已以其他内容采用；请为此文档使用新的版本号。",
)
_IN_THE_PAST = Words(
    "The policy would be in force since a day in the past; adopt it with ?confirm=true "
    "(huikuan policy adopt --confirm).",
    "该策略的生效日早于当前营业日；如确需采用，请加 ?confirm=true"
    "（huikuan policy adopt --confirm）。",
)


_CHANGED = Words(
    "Another policy was adopted since; read what is in force, and decide again.",
    "此后已采用其他策略；请重新读取后再决定。",
)
CONFIRMATION_NEEDED = "confirmation_needed"


class Adoption(msgspec.Struct, frozen=True):
    """The answer to an adoption."""

    version: str
    effective_on: date
    position: str
    adopted: bool
    """False where this version was adopted before, with the same content."""


class Adopting:
    """Takes policy documents in."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._table = service.tables.policies
        service.taken_back.append(self._take_back)

    def adopt(
        self, policy: Policy, *, confirm: bool, if_match: str = "", trace: str = ""
    ) -> Adoption:
        """Say that the policy is adopted; raises the ``Problem`` 409 where it may not be.

        And 412 where ``if_match``, as in HTTP, does not name the policies that are adopted.
        """
        try:
            return self._adopt(policy, confirm=confirm, if_match=if_match, trace=trace)
        except IntegrityError:  # somebody adopted the same version meanwhile
            return self._adopt(policy, confirm=confirm, if_match=if_match, trace=trace)

    def tag(self) -> str:
        """The ``ETag`` of all policies that are adopted."""
        with self._service.database.reading() as connection:
            return self._tag(connection)

    def _tag(self, connection: Connection) -> str:
        table = self._table.c
        rows = connection.execute(select(table.version, table.digest).order_by(table.version))
        named = "/".join(f"{version} {digest}" for version, digest in rows)
        return f'"{hashlib.sha256(named.encode()).hexdigest()[:16]}"' if named else ""

    def _adopt(self, policy: Policy, *, confirm: bool, if_match: str, trace: str) -> Adoption:
        event = PolicyAdopted(
            version=policy.version, effective_on=policy.effective_on, document=policy.document()
        )
        kept = adopted(event)
        shared = self._service.shared()
        known = of_version(shared.policies, policy.version)
        if known is not None and known != kept:
            raise _refused("policy_version_taken", _OTHER_CONTENT, "/version")
        open_on = shared.setting.open_on
        with self._service.transaction() as connection:
            before = self._before(connection, kept)
            if before is not None:
                return before
            if if_match and not _names(if_match, self._tag(connection)):
                raise Problem(412, detail=_CHANGED)
            in_the_past = open_on is not None and policy.effective_on < open_on
            if in_the_past and not confirm and self._is_any(connection, shared.policies):
                raise _refused(CONFIRMATION_NEEDED, _IN_THE_PAST, "/effective_on")
            return self._say(connection, event, kept, trace)

    def _before(self, connection: Connection, kept: Adopted) -> Adoption | None:
        query = select(self._table).where(self._table.c.version == kept.version)
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.digest != _digest(kept):
            raise _refused("policy_version_taken", _OTHER_CONTENT, "/version")
        return Adoption(row.version, row.effective_on, row.position, adopted=False)

    def _is_any(self, connection: Connection, folded: Sequence[Adopted]) -> bool:
        count = select(func.count()).select_from(self._table)
        return bool(folded) or connection.execute(count).scalar_one() > 0

    def _say(
        self, connection: Connection, event: PolicyAdopted, kept: Adopted, trace: str
    ) -> Adoption:
        word = Saying(
            key="",
            type=event.TYPE,
            id=f"policy/{kept.version}/{_digest(kept)}",
            value=encode(event),
            source=SOURCE,
            trace=trace,
        )
        position = self._service.say_to_everybody(connection, word).encode()
        self._keep(connection, kept, position)
        return Adoption(kept.version, kept.effective_on, position, adopted=True)

    def _keep(self, connection: Connection, kept: Adopted, position: str) -> None:
        connection.execute(
            self._table.insert().values(
                version=kept.version,
                digest=_digest(kept),
                effective_on=kept.effective_on,
                document=kept.document,
                position=position,
            )
        )

    def _take_back(self, connection: Connection, records: list[Record]) -> None:
        """After a restored backup: policies whose adoption the database forgot."""
        for record in records:
            if record.meta is None or record.meta.type != PolicyAdopted.TYPE:
                continue
            event = decode(record.meta.type, record.value)
            if isinstance(event, PolicyAdopted):
                kept = adopted(event)
                if self._before(connection, kept) is None:
                    self._keep(connection, kept, self._service.position().encode())


def _names(if_match: str, tag: str) -> bool:
    """Whether an ``If-Match`` names what is there: any of its tags, or ``*`` for anything."""
    named = {part.strip().removeprefix("W/") for part in if_match.split(",")}
    return bool(tag) and bool(named & {tag, "*"})


def _digest(kept: Adopted) -> str:
    return hashlib.sha256(kept.document).hexdigest()[:16]


def _refused(code: str, words: Words, pointer: str) -> Problem:
    return Problem(409, code, errors=[FieldError(words, pointer)])


def document_of(policy: Adopted) -> msgspec.Raw:
    """The document as it was adopted, for an answer in JSON."""
    return msgspec.Raw(policy.document)
