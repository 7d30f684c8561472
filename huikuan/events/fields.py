"""The field types of every event, and what a class of events says about itself.

Amounts are decimal strings with a point (``"249.95"``) beside an ISO 4217 currency. Intake
normalises them to exactly the currency's number of decimals, so that on the log
``minor(amount)`` is exact without looking the currency up.
"""

from datetime import date
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

Id = Annotated[
    str, Meta(extra={"field": "id"}, extra_json_schema={"minLength": 1, "maxLength": 200})
]
"""A business identifier: 1 to 200 printable characters."""

Word = Annotated[str, Meta(extra={"field": "word"}, extra_json_schema={"maxLength": 500})]
"""A short code or reference, never free text about a person."""

Amount = Annotated[
    str,
    Meta(extra={"field": "amount"}, extra_json_schema={"pattern": r"^[0-9]{1,15}(\.[0-9]{1,4})?$"}),
]
"""A decimal amount, never negative, with no more decimals than its currency has."""

Currency = Annotated[
    str, Meta(extra={"field": "currency"}, extra_json_schema={"pattern": "^[A-Z]{3}$"})
]
"""An ISO 4217 code."""

MAIN = "main"
"""The company whose books they are where an event does not say."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fact or a thing said. ``company`` is whose books it belongs to.

    Subclasses say, for canonical order (architecture §7): ``TYPE`` the wire type, ``RANK`` the
    order among facts of one date, ``DATE`` the field with the effective date, ``NAME`` the field
    with the business id, and ``CREATES`` whether it creates a document known by that id.
    """

    TYPE: ClassVar[str] = ""
    RANK: ClassVar[int] = 0
    DATE: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    CREATES: ClassVar[bool] = False
    EVERYBODY: ClassVar[bool] = False

    company: Id = MAIN


class SourceKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a document stands in the system it came from."""

    system: Word
    id: Id
    fiscal_year: int | None = None
    line: int | None = None


class Document(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What any document may carry beside its own fields; amounts include tax."""

    number: Word | None = None
    source_key: SourceKey | None = None
    document_type: Word | None = None
    posting_on: date | None = None
    tax_amount: Amount | None = None
    terms: Word | None = None
    sales_person: Word | None = None
    sales_org: Word | None = None
    contract: Word | None = None
    reference: Word | None = None
