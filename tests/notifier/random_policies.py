"""Random policies: every threshold, switch and option, mostly few of them at once.

All strategies are made once: making and checking one takes Hypothesis longer than drawing from it.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from services.notifier.domain.life import MAY_REPEAT
from services.notifier.domain.policy import Policy
from tests.debtor.histories import TIME_ZONE, terms
from tests.debtor.words import day

ages = st.integers(-6, 12)
sums = st.sampled_from(["10.00", "30.00", "60.00", "120.00"])
severities = st.integers(1, 2)
amounts = st.fixed_dictionaries({"CNY": sums}, optional={"USD": sums})

THRESHOLDS: dict[str, st.SearchStrategy[Any]] = {
    "days_overdue": ages,
    "overdue_amount": amounts,
    "balance": amounts,
    "exposure": amounts,
    "overdue_items": st.integers(1, 3),
    "open_items": st.integers(1, 3),
    "limit_used": st.sampled_from(["0.5", "1", "1.5"]),
    "broken_promises": st.integers(1, 2),
    "promise_shortfall": amounts,
    "days_since_step": st.fixed_dictionaries({"s0": st.integers(1, 4)}),
    "signals": st.integers(1, 3)
    | st.fixed_dictionaries(
        {}, optional={"stock_dumped": severities, "demolition": severities}
    ).filter(bool),
    "lifted_within": st.fixed_dictionaries({"s0": st.integers(1, 4)}),
}


ONE = ""
Shape = str | tuple[str, tuple[Any, ...]]
"""One threshold, or what joins several shapes."""
SHAPES: list[Shape] = [
    *[ONE] * 6,
    ("both", (ONE, ONE)),
    ("any", (ONE,)),
    ("any", (ONE, ONE)),
    ("any", (ONE, ONE, ONE)),
    ("all", (ONE, ONE)),
    ("any", (("all", (ONE, ONE)), ONE)),
    ("all", (("any", (ONE, ONE)), ONE)),
    ("all", (("all", (ONE,)), ("any", (ONE,)))),
]
shapes = st.sampled_from(SHAPES)
one_of = {count: st.integers(0, count - 1) for count in range(2, 6)}
"""Which of so many."""


def condition(draw: st.DrawFn, names: Sequence[str], shape: Shape) -> dict[str, Any]:
    """A condition of this shape with thresholds of these names."""
    if not isinstance(shape, tuple):
        name = names[draw(one_of[len(names)])] if len(names) > 1 else names[0]
        return {name: draw(THRESHOLDS[name])}
    joined, parts = shape
    drawn = [condition(draw, names, part) for part in parts]
    return drawn[0] | drawn[1] if joined == "both" else {joined: drawn}


@st.composite
def conditions(draw: st.DrawFn, *names: str) -> dict[str, Any]:
    """Thresholds of these names, alone, side by side, or joined by all and any."""
    return condition(draw, names, draw(shapes))


SCOPES: list[dict[str, Any]] = [{"segment": "key"}, {"invoice": "A"}, {"debtor": ["acme", "other"]}]
scopes = st.sampled_from(SCOPES)
who = st.fixed_dictionaries({"segment": st.just("key")})


OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "hold": st.integers(1, 3),
    "unless": who | conditions("days_overdue", "overdue_amount", "signals"),
    "lift_when": conditions("days_overdue", "overdue_amount", "overdue_items", "signals"),
    "fee": amounts,
    "channels": st.sampled_from([["letter"], ["visit", "phone"]]),
}


weekdays = st.sampled_from([5, 6, 7, 8, 12, 13]).map(day).map(str)
CALENDAR: dict[str, st.SearchStrategy[Any]] = {
    "weekend": st.sampled_from([[], ["friday", "saturday"], ["saturday", "sunday"]]),
    "holidays": st.lists(weekdays, max_size=4),
    "make_up": st.sampled_from([[], [str(day(3)), str(day(11))]]),
}
calendars = st.fixed_dictionaries(CALENDAR)


SWITCHES: dict[str, st.SearchStrategy[Any]] = {
    "age_from": st.just("invoice_date"),
    "compare": st.just("exceeds"),
    "advance": st.sampled_from(["one_step", "after_delivered"]),
    "step_down": st.just("hysteresis"),
    "step_down_days": st.integers(1, 5),
    "lead": st.just("every_item"),
    "grace_days": st.integers(1, 4),
    "grace_effect": st.just("shifts_date"),
    "pause_counts": st.just("all"),
    "due_roll": st.just("next_working_day"),
    "raise_on": st.just("working_day"),
    "while_paused": st.just("cleared"),
    "amount_base": st.just("gross"),
    "zero_limit": st.just("unlimited"),
    "limit_buckets": st.just({"ordered": "0.3", "invoiced": "0.6"}),
    "limit_test": st.sampled_from(["total", "any_bucket"]),
    "promise_defers": st.just("none"),
    "partly_weight": st.sampled_from(["0", "1"]),
    "breaker": st.just({"count": 0, "share": 0}),
    "feed_wait_days": st.integers(0, 2),
    "unmatched_cash": st.just("ignore"),
    "charges": st.just("booked"),
    "working_days": st.fixed_dictionaries(
        CALENDAR,
        optional={"by_time_zone": st.fixed_dictionaries({TIME_ZONE: calendars})},
    ),
}
"""Values other than the defaults."""


KINDS = ["notice", "notice", "call", "stop_supply", "stop_supply", "legal_referral"]
repeats = st.fixed_dictionaries({"every_days": st.integers(1, 4), "times": st.integers(1, 3)})


some_thresholds = st.lists(st.sampled_from(list(THRESHOLDS)), min_size=1, max_size=3, unique=True)
thresholds = st.one_of(
    some_thresholds,
    some_thresholds,
    some_thresholds,
    st.just(["days_overdue"]),
    st.just(["days_overdue"]),
    st.just(["signals"]),
)
kinds = st.sampled_from(KINDS)
subjects = st.sampled_from([None, "debtor", "item"])
lifters = st.sampled_from(["rule", "rule", "person"])
graces = st.integers(1, 6)
options = st.fixed_dictionaries({}, optional=OPTIONS)


def step(draw: st.DrawFn, name: str, *, plain: bool) -> dict[str, Any]:
    """One step; a plain one has no hold, approval, unless or lift of its own."""
    drawn: dict[str, Any] = {
        "name": name,
        "kind": draw(kinds),
        "when": condition(draw, draw(thresholds), draw(shapes)),
    }
    per = draw(subjects)
    drawn |= {"per": per} if per else {}
    if plain:
        return drawn
    if per == "debtor":
        drawn["lift_by"] = draw(lifters)
    if drawn["kind"] != "notice" and draw(st.booleans()):
        drawn["reversal_grace_days"] = draw(graces)
    if drawn["kind"] in MAY_REPEAT and draw(st.booleans()):
        drawn["repeat"] = draw(repeats)
    return drawn | draw(options)


how_many = st.integers(1, 4)
some_scopes = st.lists(scopes, max_size=2, unique_by=str)
some_switches: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional=SWITCHES
) | st.just({})


@st.composite
def policies(draw: st.DrawFn, *, plain: bool = False) -> Policy:
    """A policy of one to four steps."""
    several = [step(draw, f"s{at}", plain=plain) for at in range(draw(how_many))]
    for scope in draw(some_scopes):
        of = several[draw(one_of[len(several)]) if len(several) in one_of else 0]
        other = step(draw, of["name"], plain=plain) | {"kind": of["kind"], "scope": scope}
        other.pop("repeat", None)
        other.pop("lift_by", None)
        if other["kind"] == "notice":
            other.pop("reversal_grace_days", None)
        several.append(other | ({"per": "item"} if "invoice" in scope else {}))
    switches = draw(some_switches)
    if "charges" in switches:
        several = [{"fee": {"CNY": "10.00", "USD": "1.00"}} | each for each in several]
    document = (
        draw(terms) | switches | {"version": "v", "effective_on": str(day(1)), "steps": several}
    )
    return Policy.model_validate(document)


PROMISED = ("broken_promises", "promise_shortfall")
PLAIN = ("days_overdue", "overdue_amount", "balance", "overdue_items", *PROMISED)
plain_kinds = st.sampled_from(["notice", "stop_supply", "legal_referral"])
rarely = st.sampled_from([None, None, "one_step", "hysteresis", "gross", "working_day"])
_SWITCHED: dict[str, dict[str, Any]] = {
    "one_step": {"advance": "one_step"},
    "hysteresis": {"step_down": "hysteresis"},
    "gross": {"amount_base": "gross", "age_from": "invoice_date"},
    "working_day": {"raise_on": "working_day", "promise_defers": "none"},
}


@st.composite
def plain_policies(draw: st.DrawFn) -> Policy:
    """A policy that asks of the whole debtor only, and little of him: as most are."""
    steps: list[dict[str, Any]] = []
    for at in range(draw(how_many)):
        named = ["days_overdue", draw(st.sampled_from(PLAIN))][draw(one_of[2]) :][:1]
        each: dict[str, Any] = {"name": f"s{at}", "kind": draw(plain_kinds)}
        each["when"] = condition(draw, named, draw(shapes))
        if draw(st.booleans()):
            each["lift_when"] = condition(draw, named, ONE)
        steps.append(each)
    switches = _SWITCHED.get(draw(rarely) or "", {})
    document = {"version": "v", "effective_on": str(day(1)), "steps": steps, **switches}
    return Policy.model_validate(draw(terms) | document)
