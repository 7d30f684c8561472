"""The laws of the loop, for promises: reviews are sound, rebuild equals live, nothing twice."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.debtor.conservation import imbalances
from huikuan.debtor.setting import Setting
from huikuan.eventlog.due import Store
from huikuan.eventlog.follow_in_order import FollowingInOrder
from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying
from huikuan.eventlog.rules import row_of
from huikuan.eventlog.service import PUBLISHERS
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.promises import PromiseOutcome, PromiseWithdrawn
from services.promises.domain.outcomes import OUTCOMES, place_of, state_of
from services.promises.rules import PromiseRules, Promisor
from tests.engine.one_partition import fold_anew, follow
from tests.promises.world import a_world, bounced, on, paid, promised, staged

LAST_DAY = 14
EXAMPLES_ON_DISK = max(10, settings().max_examples // 8)
"""The law itself is held by each example in memory (`test_folding_anew_…`)."""
days = st.integers(0, LAST_DAY)
amounts = st.integers(1, 4).map(lambda count: count * 50)
promise_ids = st.sampled_from(["P1", "P2", "P3"])
invoices = st.sampled_from([(), ("I1",), ("I2",), ("I1", "I2")])

facts: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        lambda name, amount, made, window, about: promised(
            name, amount, made + window, made=made, invoices=about
        ),
        promise_ids,
        amounts,
        days,
        st.integers(0, 4),
        invoices,
    ),
    st.builds(
        lambda name, one, two, first, gap: staged(name, (first, one), (first + gap, two)),
        promise_ids,
        amounts,
        amounts,
        days,
        st.integers(0, 5),
    ),
    st.builds(lambda name, day: PromiseWithdrawn(promise=name, on=on(day)), promise_ids, days),
    st.builds(
        lambda number, amount, day, about: paid(f"B{number}", amount, day, *about),
        st.integers(1, 5),
        amounts,
        days,
        invoices,
    ),
    st.builds(lambda number, day: bounced(f"B{number}", day), st.integers(1, 5), days),
)
policies: st.SearchStrategy[Event] = st.builds(
    lambda day, tolerance, threshold: PolicyAdopted(
        version=f"{day}/{tolerance}/{threshold}",
        effective_on=on(day),
        document={"promises": {"tolerance_days": tolerance, "threshold": threshold}},
    ),
    days,
    st.integers(0, 3),
    st.sampled_from([100, 90, 50]),
)
arrivals = st.lists(st.tuples(days, facts | policies), max_size=14)
"""(day on which it arrives, what arrives); its own date may be earlier or later."""


def records_of(arriving: Sequence[tuple[int, Event]]) -> list[Record]:
    """Each day opens, then what arrives on it."""
    said: list[tuple[str, str, Event]] = []
    for day in range(LAST_DAY + 8):
        said.append((EVERYBODY, f"day/{on(day)}", BusinessDayOpened(date=on(day))))
        for at, (arrives, event) in enumerate(arriving):
            if arrives == day:
                key = EVERYBODY if event.EVERYBODY else "D1"
                said.append((key, f"fact/{at}", event))
    return [
        Record(0, at, key, encode(event), Meta("ledger", at + 1, event_id, event.TYPE, at))
        for at, (key, event_id, event) in enumerate(said)
    ]


class Follower:
    """The loop at its simplest: one debtor, no database."""

    def __init__(self, *, every_day: bool) -> None:
        self.rules = PromiseRules()
        self.shared = self.rules.blank_shared()
        self.promisor = self.rules.blank("D1")
        self.every_day = every_day
        self.review_on = row_of(self.rules, self.promisor, self.shared).review_on
        self.known: list[Record] = []
        self.said: list[Saying] = []

    def follow(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.key == EVERYBODY:
                self._everybody(record)
            else:
                self._one(record)

    def _one(self, record: Record) -> None:
        self.known.append(record)
        if not self.rules.fold(self.promisor, record, self.shared):
            self.rules.refold(self.promisor, self.known, self.shared)
        self._decide(record)

    def _everybody(self, record: Record) -> None:
        due = self.rules.everybody(self.shared, record)
        if due.refold:
            self.rules.refold(self.promisor, self.known, self.shared)
        reached = due.through and self.review_on and self.review_on <= due.through
        if due.everyone or due.refold or reached or self.every_day:
            self.rules.advance(self.promisor, self.shared)
            self._decide(record)

    def _decide(self, record: Record) -> None:
        self.said += self.rules.decide(self.promisor, record, self.shared)
        assert self.rules.decide(self.promisor, record, self.shared) == [], "law 5"
        assert imbalances(self.promisor.account) == [], "law 4"
        self.review_on = row_of(self.rules, self.promisor, self.shared).review_on


def followed(records: Sequence[Record], *, every_day: bool = False) -> Follower:
    follower = Follower(every_day=every_day)
    follower.follow(records)
    return follower


@given(arrivals)
def test_deciding_on_review_days_says_what_deciding_every_day_says(
    arriving: list[tuple[int, Event]],
) -> None:
    records = records_of(arriving)
    seldom, daily = followed(records), followed(records, every_day=True)
    assert seldom.said == daily.said
    seldom.rules.advance(seldom.promisor, seldom.shared)
    assert row_of(seldom.rules, seldom.promisor, seldom.shared) == row_of(
        daily.rules, daily.promisor, daily.shared
    )


@given(arrivals)
def test_what_was_said_last_is_what_a_promise_has_come_to(
    arriving: list[tuple[int, Event]],
) -> None:
    follower = followed(records_of(arriving))
    last: dict[str, str] = {}
    for saying in follower.said:
        outcome = decode(saying.type, saying.value)
        assert isinstance(outcome, PromiseOutcome)
        assert last.get(place_of(outcome)) != state_of(outcome), "nothing is said twice"
        last[place_of(outcome)] = state_of(outcome)
    for promise in follower.promisor.judge(follower.shared):
        for at, stage in enumerate(promise.stages):
            place = f"{promise.promise}/{at if len(promise.stages) > 1 else ''}"
            if stage.state in OUTCOMES:
                assert last[place] == stage.state
    assert follower.promisor.said == last
    assert len({saying.id for saying in follower.said}) == len(follower.said)


@given(arrivals)
def test_state_survives_being_written_and_read_at_any_place(
    arriving: list[tuple[int, Event]],
) -> None:
    records = records_of(arriving)
    whole, cut = followed(records), Follower(every_day=False)
    for record in records:
        cut.follow([record])
        row = row_of(cut.rules, cut.promisor, cut.shared)
        cut.promisor = cut.rules.load("D1", row.body)
        cut.shared = cut.rules.load_shared(cut.rules.dump_shared(cut.shared))
        assert row_of(cut.rules, cut.promisor, cut.shared) == row
    assert cut.said == whole.said


def following(store: Store, resident: int) -> FollowingInOrder[Setting, Promisor]:
    return FollowingInOrder(PromiseRules(), 0, store, PUBLISHERS, resident, 1)


@given(arrivals, st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_folding_anew_arrives_where_following_did(
    arriving: list[tuple[int, Event]], sizes: list[int]
) -> None:
    """Wherever either is cut; law 1 without a database."""
    records = records_of(arriving)
    live = follow(following, records, sizes, 2)
    assert live.said == follow(following, records, [len(records)]).said
    rows, seqs = fold_anew(PromiseRules(), PUBLISHERS, records, live.said, sizes[::-1])
    assert rows == live.rows
    assert seqs == live.seqs


@given(arrivals, st.integers(1, 6))
@settings(max_examples=EXAMPLES_ON_DISK)
def test_a_rebuild_equals_live_and_would_decide_the_same(
    arriving: list[tuple[int, Event]], batch: int
) -> None:
    with TemporaryDirectory() as home, a_world(Path(home)) as world:
        for at, record in enumerate(records_of(arriving)):
            assert record.meta is not None
            event = decode(record.meta.type, record.value)
            if record.key == EVERYBODY:
                world.everybody("ledger", event, record.meta.id)
            else:
                world.fact(event, event_id=record.meta.id)
            if at % batch == 0:
                world.drain()
        world.drain()
        follower = followed(records_of(arriving))
        assert [(r.meta and r.meta.id, e) for r, e in world.outcomes()] == [
            (saying.id, decode(saying.type, saying.value)) for saying in follower.said
        ]
        report = world.promises.service.rebuild(verify=True)
        assert report.compared
        assert report.differences == []
        assert report.verified is not None
        unlike = (report.verified.unsaid, report.verified.unfounded, report.verified.different)
        assert unlike == ([], [], [])
