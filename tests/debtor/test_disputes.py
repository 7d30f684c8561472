"""Disputes (争议) and pauses: what is kept from dunning, and what never is."""

from huikuan.events import relations
from tests.debtor.words import credit, day, dispute, given, invoice, payment, policy, resolved


def pause(
    name: str, *, on: int, until: int, invoices: tuple[str, ...] = ()
) -> relations.DunningPaused:
    return relations.DunningPaused(
        pause=name, from_on=day(on), until=day(until), reason="talks", invoices=invoices
    )


def test_a_dispute_shields_its_amount_while_it_is_open_and_stays_in_exposure() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "30.00", on=8))
    line = story.line("A")
    assert (line.disputed_minor, line.dunnable_minor, line.open_minor) == (3000, 7000, 10000)
    assert story.exposure() == {"invoiced": 10000}
    assert line.owed_minor == 10000  # an open dispute lifts nothing that is in force


def test_a_rejected_dispute_returns_at_its_original_age() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "100.00", on=8))
    assert story.standing().days_overdue is None
    story.when(resolved("D", "rejected", on=20))
    assert (story.dunnable(), story.standing().days_overdue) == ({"A": 10000}, 26)


def test_only_what_was_upheld_stays_shielded_and_is_owed_no_more() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "60.00", on=8))
    story.when(resolved("D", "partly", on=20, accepted="25.00"))
    line = story.line("A")
    assert (line.disputed_minor, line.dunnable_minor, line.owed_minor) == (2500, 7500, 7500)


def test_its_credit_note_uses_up_what_was_upheld() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "25.00", on=8))
    story.when(resolved("D", "upheld", on=20), credit("K", "25.00", on=21, dispute="D"))
    line = story.line("A")
    assert (line.open_minor, line.disputed_minor, line.dunnable_minor) == (7500, 0, 7500)


def test_nothing_but_its_credit_note_uses_up_what_was_upheld() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "25.00", on=8))
    story.when(resolved("D", "upheld", on=20), payment("P", "30.00", on=21, pays="A"))
    story.when(credit("K", "10.00", on=21, invoice="A"))
    line = story.line("A")
    assert (line.open_minor, line.disputed_minor, line.dunnable_minor) == (6000, 2500, 3500)


def test_a_dispute_never_shields_more_than_is_open() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "90.00", on=8))
    story.when(payment("P", "80.00", on=9, pays="A"))
    line = story.line("A")
    assert (line.disputed_minor, line.dunnable_minor) == (2000, 0)


def test_two_disputes_about_one_item_shield_no_more_than_is_open() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), dispute("D", "A", "80.00", on=8))
    story.when(dispute("E", "A", "50.00", on=9))
    assert (story.line("A").disputed_minor, story.dunnable()) == (10000, {"A": 0})


def test_a_policy_may_shield_only_what_was_upheld() -> None:
    story = given(policy(disputes={"shield": "upheld"}), invoice("A", "100.00", on=1, due=5))
    story.when(dispute("D", "A", "30.00", on=8))
    assert story.dunnable() == {"A": 10000}
    story.when(resolved("D", "upheld", on=9))
    assert story.dunnable() == {"A": 7000}


def test_a_dispute_may_be_known_before_its_invoice_and_resolved_before_it_is_known() -> None:
    story = given(resolved("D", "rejected", on=2), dispute("D", "A", "30.00", on=3))
    story.when(invoice("A", "100.00", on=4, due=5))
    assert story.dunnable() == {"A": 10000}


def test_a_pause_holds_from_its_first_day_through_its_last_and_ageing_goes_on() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), pause("H", on=10, until=12))
    assert [story.standing(on).paused for on in (9, 10, 12, 13)] == [False, True, True, False]
    assert story.line("A", on=11).days_overdue == 6
    assert story.line("A", on=11).paused


def test_a_pause_may_be_of_some_invoices_only_and_end_early() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("B", "10.00", on=1, due=5))
    story.when(pause("H", on=10, until=20, invoices=("B",)))
    story.when(relations.DunningResumed(pause="H", on=day(15)))
    assert not story.standing(12).paused
    assert [story.line("B", on=on).paused for on in (9, 10, 14, 15)] == [False, True, True, False]
    assert not story.line("A", on=12).paused
