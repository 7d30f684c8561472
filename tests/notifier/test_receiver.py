"""An obeying system ends in the right state whatever the network does to stops and lifts."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.receivers.obeying import Obeying, Place, place_of
from huikuan.events.codec import decode
from huikuan.events.notifier import EscalationSaid
from services.notifier.domain.case import Case
from services.notifier.domain.change import Change
from services.notifier.domain.policy import hurts
from services.notifier.words import Speech
from tests.notifier.arrivals import DEBTOR, Arrival, arrivals, followed, records_of
from tests.notifier.hand_made import cause
from tests.notifier.world import World, owed, paid, policy
from tests.rig.examples import FEWER

DEBTORS = ("acme", "bolt")
STEPS = ("stop_supply", "stop_service")
Words = list[dict[str, Any]]


def june(day: int) -> date:
    return date(2012, 6, day)


class Ordering:
    """The notifier: says stops and lifts with its own words and ``hold_seq``."""

    def __init__(self) -> None:
        self.cases = {debtor: Case() for debtor in DEBTORS}
        self.words = 0

    def turn(self, debtor: str, step: str) -> dict[str, Any]:
        """Raise the step where it is not in force, else lift it; answers the word."""
        case = self.cases[debtor]
        there = next((each for each in case.in_force() if each.step == step), None)
        change = Change(
            word="lift" if there else "raise",
            escalation=there.escalation if there else None,
            step=step,
            kind=step,
            company="main",
            subject="debtor",
            effective_on=june(1),
            policy_version="v1",
        )
        self.words += 1
        speech = Speech(case, debtor, cause(f"cause/{self.words}"), june(1), lambda *_: None)
        speech.say([change])
        (saying,) = speech.sayings
        event = decode(saying.type, saying.value)
        assert isinstance(event, EscalationSaid)
        return shown(debtor, event)

    def holds(self) -> Words:
        """What ``GET /holds`` answers now."""
        return [
            {
                "debtor": debtor,
                "company": each.company,
                "step": each.step,
                "subject": each.subject,
                "hold_seq": each.hold_seq,
            }
            for debtor, case in self.cases.items()
            for each in case.in_force()
            if hurts(each.kind)
        ]

    def stopped(self) -> set[Place]:
        return {place_of(hold) for hold in self.holds()}


def shown(debtor: str, event: EscalationSaid) -> dict[str, Any]:
    """A word as the feed has it."""
    return {
        "debtor": debtor,
        "company": event.company,
        "step": event.step,
        "subject": event.subject,
        "hold_seq": event.hold_seq,
        "status": event.TYPE.split(".")[2],
    }


class Question:
    """A question on its way: asked, answered at some later time, heard of later still."""

    def __init__(self, receiver: Obeying) -> None:
        self.asking = receiver.asking()
        self.holds: Words | None = None


class Network:
    """What is between notifier and receiver: it reorders, repeats, loses and is slow."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.notifier, self.receiver = Ordering(), Obeying()
        self.in_flight: Words = []
        self.questions: list[Question] = []
        self.heard = set[tuple[Place, int]]()

    def say(self) -> None:
        debtor = self.data.draw(st.sampled_from(DEBTORS))
        self.in_flight.append(self.notifier.turn(debtor, self.data.draw(st.sampled_from(STEPS))))

    def deliver(self, *, drops: bool = True) -> None:
        """One word of those in flight, any of them; perhaps twice, perhaps never."""
        if not self.in_flight:
            return
        word = self.in_flight.pop(self.data.draw(st.integers(0, len(self.in_flight) - 1)))
        fate = self.data.draw(st.sampled_from(["come", "twice", "lost" if drops else "come"]))
        if fate == "twice":
            self.in_flight.append(word)
        if fate != "lost":
            self.hear(word)

    def hear(self, word: dict[str, Any]) -> None:
        self.receiver.hear(word)
        self.heard.add((place_of(word), word["hold_seq"]))

    def ask(self) -> None:
        self.questions.append(Question(self.receiver))

    def answer(self) -> None:
        """A question is answered, or its answer is heard."""
        if not self.questions:
            return
        question = self.data.draw(st.sampled_from(self.questions))
        if question.holds is None:
            question.holds = self.notifier.holds()
        else:
            self.questions.remove(question)
            self.receiver.reconcile(question.asking, question.holds)

    def forgets_nothing(self) -> bool:
        """Every stop in force whose word was heard is obeyed."""
        stopped = self.receiver.stopped()
        return all(
            place_of(hold) in stopped
            for hold in self.notifier.holds()
            if (place_of(hold), hold["hold_seq"]) in self.heard
        )


@settings(max_examples=FEWER)
@given(st.data(), st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_a_receiver_that_reorders_and_drops_ends_in_the_right_state(
    data: st.DataObject, steps: list[int]
) -> None:
    net = Network(data)
    happenings = (net.say, net.say, net.deliver, net.deliver, net.ask, net.answer, net.answer)
    for step in steps:
        happenings[step]()
        assert net.forgets_nothing()
    for question in net.questions:
        holds = net.notifier.holds() if question.holds is None else question.holds
        net.receiver.reconcile(question.asking, holds)
    for word in net.in_flight:
        net.hear(word)
    net.receiver.reconcile(net.receiver.asking(), net.notifier.holds())
    assert net.receiver.stopped() == net.notifier.stopped()


@settings(max_examples=FEWER)
@given(st.data(), st.integers(1, 40))
def test_where_nothing_is_lost_any_order_ends_right_without_asking(
    data: st.DataObject, words: int
) -> None:
    net = Network(data)
    for _ in range(words):
        net.say()
    while net.in_flight:
        net.deliver(drops=False)
    assert net.receiver.stopped() == net.notifier.stopped()


@settings(max_examples=FEWER)
@given(st.data(), st.integers(1, 40))
def test_a_late_stop_never_beats_a_lift_that_was_heard(data: st.DataObject, words: int) -> None:
    notifier, receiver = Ordering(), Obeying()
    in_flight = [
        notifier.turn(data.draw(st.sampled_from(DEBTORS)), data.draw(st.sampled_from(STEPS)))
        for _ in range(words)
    ]
    newest: dict[Place, dict[str, Any]] = {}
    for word in data.draw(st.permutations(in_flight)):
        receiver.hear(word)
        place = place_of(word)
        newest[place] = max(newest.get(place, word), word, key=lambda each: each["hold_seq"])
        heard = {place for place, each in newest.items() if each["status"] == "raised"}
        assert receiver.stopped() == heard


@settings(max_examples=FEWER)
@given(arrivals(), st.randoms(use_true_random=False))
def test_so_it_does_with_all_that_policies_say_of_a_debtor(
    arriving: list[Arrival], order: Any
) -> None:
    follower = followed(records_of(arriving))
    said = (decode(saying.type, saying.value) for saying in follower.said)
    # What is said about everybody, as of a tripped breaker, never reaches the feed.
    words = [shown(DEBTOR, event) for event in said if isinstance(event, EscalationSaid)]
    order.shuffle(words)
    receiver = Obeying()
    for word in words:
        receiver.hear(word)
    in_force = {
        (DEBTOR, each.company, each.step, each.subject) for each in follower.watched.case.in_force()
    }
    assert receiver.stopped() == in_force


def test_an_answer_that_was_read_between_a_lift_and_the_next_stop_frees_nothing() -> None:
    notifier, receiver = Ordering(), Obeying()
    receiver.hear(notifier.turn("acme", "stop_supply"))
    asking = receiver.asking()
    notifier.turn("acme", "stop_supply")
    read = notifier.holds()
    receiver.hear(notifier.turn("acme", "stop_supply"))
    receiver.reconcile(asking, read)
    assert receiver.stopped() == notifier.stopped() != set()


def test_what_the_api_gives_is_what_a_receiver_needs(world: World) -> None:
    stop = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
    world.adopt(policy(stop))
    for debtor in DEBTORS:
        world.fact(owed("A", "100.00", date(2012, 5, 31)), debtor)
    world.open(june(1))
    world.open(june(5))
    world.fact(paid("P", "100.00", june(5)), "acme")
    words = world.get("/escalations")["items"]
    receiver = Obeying()
    for word in reversed(words):
        receiver.hear(word)
    assert receiver.stopped() == {("bolt", "main", "stop", "debtor")}
    deaf = Obeying()
    deaf.hear(next(word for word in words if word["debtor"] == "acme"))
    assert deaf.stopped() == {("acme", "main", "stop", "debtor")}, "its lift was lost"
    deaf.reconcile(deaf.asking(), world.get("/holds")["items"])
    assert deaf.stopped() == {("bolt", "main", "stop", "debtor")}
