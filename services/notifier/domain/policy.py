"""The policy document (催收策略): a ladder of steps, mild to severe, and how money is read."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, field_validator, model_validator

from huikuan.debtor.evidence import Grade
from services.notifier.domain.calendars import Day, WorkingDays
from services.notifier.domain.condition import (
    Amounts,
    Condition,
    Part,
    names_the_debtor,
    steps_named,
)
from services.notifier.domain.life import MAY_REPEAT, Life
from services.notifier.domain.scope import Scope
from services.notifier.domain.switches import Switches

Kind = Literal[
    "notice",
    "call",
    "visit",
    "stop_supply",
    "stop_service",
    "revoke_dealership",
    "cash_only",
    "legal_referral",
]
"""What is done: from a letter (催款函) to the court (移交法务)."""

STEPS_MAX = 50
CLEAR = "clear"
"""The state of a debtor against whom nothing is in force."""
_APPROVALS = {"none": 0, "one": 1, "two": 2}


class Step(Life):
    """One step of the ladder."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    kind: Kind
    when: Condition
    unless: Condition | None = Field(None, description="Not while this holds")
    per: Literal["debtor", "item"] = "debtor"
    lift_when: Condition | None = Field(
        None, description="Lifted when each is *below*; by default, when `when` no longer holds"
    )
    lift_by: Literal["rule", "person"] = Field(
        "rule", description="Who lifts it; by a person it is lifted with an override alone"
    )
    hold: Annotated[StrictInt, Field(ge=0, le=60)] = Field(
        0, description="Working days between proposed and raised; then it is judged once more"
    )
    approval: Literal["none", "one", "two"] | None = Field(
        None, description="How many people must approve; a legal referral always needs two"
    )
    scope: Scope | None = Field(
        None, description="For whom; of steps with one name the most specific that fits is meant"
    )
    fee: Amounts | None = Field(None, description="What the step costs the debtor, by currency")

    @model_validator(mode="after")
    def _makes_sense(self) -> "Step":
        if self.name == CLEAR:
            raise ValueError(f'"{CLEAR}" is the state without any step; name the step otherwise')
        others = [each for each in (self.unless, self.lift_when) if each is not None]
        if any(named == "days_since_step" for each in others for named, _, _ in steps_named(each)):
            raise ValueError("days_since_step belongs to when")
        if self.lift_when is not None and names_the_debtor(self.lift_when):
            raise ValueError("lift_when takes thresholds only; segment and tag belong to unless")
        if self.lift_by == "person" and self.per == "item":
            raise ValueError(
                "lift_by: person needs `per: debtor`; a paid item cannot be overridden"
            )
        if self.scope is not None and self.scope.invoice is not None and self.per != "item":
            raise ValueError("a step for certain invoices needs `per: item`")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Step":
        if self.repeat is not None and self.kind not in MAY_REPEAT:
            raise ValueError("only a notice, a call or a visit repeats; a stop stays in force")
        if self.acknowledge_within_days is not None and not self.hurts:
            raise ValueError("nobody obeys a notice: acknowledge_within_days is for harder steps")
        if self.reversal_grace_days and not self.hurts:
            raise ValueError("a notice comes at once: reversal_grace_days is for harder steps")
        if self.evidence_at_least is not None and not self.approvals_needed:
            raise ValueError("evidence is looked at by who approves: add `approval: one` or `two`")
        if self.kind == "legal_referral" and self.approval not in {None, "two"}:
            raise ValueError("a legal referral always needs two people: write `approval: two`")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those that it has of ``when``, ``unless`` and ``lift_when``."""
        every = (self.when, self.unless, self.lift_when)
        return tuple(each for each in every if each is not None)

    @property
    def approvals_needed(self) -> int:
        """How many different people must approve before it is raised."""
        if self.approval is None:
            return 2 if self.kind == "legal_referral" else 0
        return _APPROVALS[self.approval]

    @property
    def evidence_needed(self) -> Grade:
        """The least grade of evidence with which it may be approved and raised; D asks for none."""
        return self.evidence_at_least or ("C" if self.kind == "legal_referral" else "D")

    @property
    def hurts(self) -> bool:
        """Whether it is harder than a notice: then it is raised only when a day opens."""
        return hurts(self.kind)

    @property
    def waits(self) -> bool:
        """Whether it is proposed before it is raised."""
        return self.hold > 0 or self.approvals_needed > 0


def hurts(kind: str) -> bool:
    """Whether a step of this kind is harder than a notice."""
    return kind != "notice"


class PromiseTerms(Part):
    """How promises are judged."""

    tolerance_days: Annotated[StrictInt, Field(ge=0, le=99)] = Field(
        0, description="Days after the promised date that still count as kept"
    )
    threshold: Annotated[StrictInt, Field(ge=1, le=100)] = Field(
        100, description="Per cent of the amount that counts as kept"
    )


class DisputeTerms(Part):
    """What an open dispute does."""

    shield: Literal["open", "upheld"] = Field(
        "open", description="What is kept from dunning: all that is disputed, or what was upheld"
    )


class Breaker(Part):
    """When a day would hurt so many debtors that sooner the data is wrong (熔断).

    Counted in each partition of the log: more steps than the larger of the two are held.
    """

    count: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = Field(
        20, description="So many steps harder than a notice are always let go"
    )
    share: Annotated[StrictInt, Field(ge=0, le=100)] = Field(
        5, description="And so many as this per cent of the debtors"
    )


class Policy(Switches):
    """A policy document: its version, from when it is in force, and its steps, mild to severe."""

    version: str = Field(min_length=1, max_length=100, pattern=r"^[\w.:+-]+$")
    effective_on: Day
    allocate: Literal["oldest_due", "none"] = Field(
        "oldest_due", description="What money without remittance pays"
    )
    ignore_below: Amounts | None = Field(None, description="Smaller open items do not count")
    promises: PromiseTerms = PromiseTerms()
    disputes: DisputeTerms = DisputeTerms()
    working_days: WorkingDays = WorkingDays()
    breaker: Breaker = Breaker()
    feed_wait_days: Annotated[StrictInt, Field(ge=0, le=60)] = Field(
        3, description="Days that a step waits for the payments feeds, before a person must approve"
    )
    unmatched_cash: Literal["hold", "ignore"] = Field(
        "hold", description="What is done where unmatched cash is as much as what is overdue"
    )
    steps: tuple[Step, ...] = Field(json_schema_extra={"minItems": 1, "maxItems": STEPS_MAX})

    @model_validator(mode="before")
    @classmethod
    def _every_item_leads(cls, document: Any) -> Any:
        """Where every item leads, a step is per item unless it says otherwise."""
        if not isinstance(document, dict) or document.get("lead") != "every_item":
            return document
        steps = document.get("steps")
        if not isinstance(steps, list | tuple):
            return document
        led = [{"per": "item", **step} if isinstance(step, dict) else step for step in steps]
        return {**document, "steps": led}

    @field_validator("steps")
    @classmethod
    def _have_names_of_their_own(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not 1 <= len(steps) <= STEPS_MAX:
            raise ValueError(f"a policy has 1 to {STEPS_MAX} steps")
        known: dict[str, list[Step]] = {}
        for step in steps:
            for other in known.setdefault(step.name, []):
                if other.scope == step.scope:
                    raise ValueError(f'two steps are called "{step.name}" and have one scope')
                if other.kind != step.kind:
                    raise ValueError(f'the steps called "{step.name}" are of two kinds')
            known[step.name].append(step)
        return steps

    @cached_property
    def severity(self) -> dict[str, int]:
        """Where each step stands in the ladder, 0 the mildest; the first of its name counts."""
        return {name: rank for rank, name in enumerate(dict.fromkeys(s.name for s in self.steps))}

    def document(self) -> dict[str, Any]:
        """The document as the log carries it: normalised, defaults left out."""
        document = self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        if self.lead == "every_item":  # then what is left out means each item
            for written, step in zip(document["steps"], self.steps, strict=True):
                written["per"] = step.per
        return document
