"""A plain word or number in a policy is read as people mean it, not as YAML 1.1 did."""

import pytest

from services.notifier.document import read_policy
from tests.notifier.test_policy import GOOD, refusals


def _with(line: str, threshold: str = "days_overdue: 1") -> str:
    text = GOOD.replace("steps:", f"{line}\nsteps:") if line else GOOD
    return text.replace("days_overdue: 1", threshold)


@pytest.mark.parametrize(
    ("line", "threshold", "pointer", "fix"),
    [
        ("", "days_overdue: 030", "/steps/0/when/days_overdue", "write 30,"),
        ("", "days_overdue: -015", "/steps/0/when/days_overdue", "write -15,"),
        ("", "days_overdue: 0_30", "/steps/0/when/days_overdue", "whole number"),
        ("feed_wait_days: 08", "days_overdue: 1", "/feed_wait_days", "write 8,"),
        ("", "segment: [a, 007]", "/steps/0/when/segment/1", '"007"'),
        ("", "signals: {010: 1}", "/steps/0/when/signals/010", "write 10,"),
        ("", "days_overdue: 1_000", "/steps/0/when/days_overdue", "whole number"),
        ("", "days_overdue: 12:30", "/steps/0/when/days_overdue", "whole number"),
        ("", "days_overdue: 0b11", "/steps/0/when/days_overdue", "whole number"),
        ("partly_weight: 0:30.5", "days_overdue: 1", "/partly_weight", "share"),
        ("", "days_overdue: yes", "/steps/0/when/days_overdue", "whole number"),
    ],
)
def test_a_number_that_people_and_yaml_read_unlike_is_refused(
    line: str, threshold: str, pointer: str, fix: str
) -> None:
    ((place, said),) = refusals(_with(line, threshold))
    assert place == pointer
    assert said.startswith(f"Line {4 if line else 5}: ")
    assert fix in said


def test_yes_no_on_and_off_are_words() -> None:
    policy = read_policy(_with("due_roll: off", "segment: [no, on, Yes]").encode())
    assert policy.due_roll == "off"
    assert policy.steps[0].when.segment == ("no", "on", "Yes")


def test_other_numbers_and_what_is_in_quotes_are_read_as_they_stand() -> None:
    policy = read_policy(
        _with("feed_wait_days: 0x0A", 'segment: ["007", 12:30, 1_000, 1e5]').encode()
    )
    assert policy.feed_wait_days == 10
    assert policy.steps[0].when.segment == ("007", "12:30", "1_000", "1e5")
    assert read_policy(_with("partly_weight: 0.50").encode()).partly_weight
    assert read_policy(_with("", "days_overdue: -0").encode()).steps[0].when.days_overdue == 0
