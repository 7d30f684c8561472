"""What is wrong with a policy is named by its line, also where YAML itself has no place for it."""

import pytest

from huikuan.web.problems import Problem, problem_response
from tests.notifier.test_policy import GOOD, refusals


@pytest.mark.parametrize(
    ("good", "bad", "pointer", "line"),
    [
        ("days_overdue: 1", "days_overdu: 1", "/steps/0/when/days_overdu", 5),
        ("days_overdue: 1", "days_overdue: " + "9" * 5_000, "/steps/0/when/days_overdue", 5),
        ("2026-01-01", "2026-02-30", "/effective_on", 3),
        ("steps:", "partly_weight: .nan\nsteps:", "/partly_weight", 4),
        ("steps:", "limit_buckets: {orders: .nan}\nsteps:", "/limit_buckets/orders", 4),
        ("steps:", "limit_buckets: {ordered: sNaN}\nsteps:", "/limit_buckets/ordered", 4),
        ("{days_overdue: 1}", "{balance: {1: 5, CNY: 5}}", "/steps/0/when/balance", 5),
        ("steps:", "1: 5\nsteps:", "/1", 4),
        ("steps:", 'working_days: {by_time_zone: {"\\ud800": {}}}\nsteps:', "", 4),
        (GOOD[GOOD.index("steps:") + 6 :], "", "/steps", 4),
        ("version: v1", "version: v\x071", "", 2),
        ("steps:\n", "steps:\n" + GOOD.splitlines()[-1] + "\n", "/steps", 4),
    ],
)
def test_what_is_wrong_is_named_by_its_line(good: str, bad: str, pointer: str, line: int) -> None:
    refused = refusals(GOOD.replace(good, bad))
    assert refused[0][0].startswith(pointer)
    assert {said.partition(":")[0] for _, said in refused} == {f"Line {line}"}
    problem_response(Problem(422, errors=[{"pointer": each} for each, _ in refused]), "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "required"),
        ("a: &x [1]\nb: *x", "a reference"),
        ("[" * 100, "nested more than"),
        ("a: 1\na: 2", "stands here twice"),
        ("!!python/object:os.system x", "tag"),
        (GOOD.replace("2026-01-01", "!!timestamp x"), "must be a date"),
        (GOOD.replace("days_overdue: 1", "days_overdue: !!int ''"), "whole number"),
        (GOOD.replace("days_overdue: 1", "days_overdue: !!bool x"), "whole number"),
        ("a: [1", "cannot be read"),
        ("a: \x07", "cannot be read"),
        (GOOD.replace("2026-01-01", "20260101"), "must be a date"),
        (GOOD + "  - {name: reminder, kind: notice, when: {days_overdue: 2}}", "two steps"),
        ("version: v1\neffective_on: 2026-01-01\nsteps: []", "1 to 50 steps"),
        ("just words", "An object is needed."),
    ],
)
def test_what_is_no_policy_is_refused_with_a_reason(text: str, said: str) -> None:
    assert any(said in detail for _, detail in refusals(text))
