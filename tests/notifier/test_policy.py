"""What a policy document may say, and how it is refused: by place, line and remedy."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from huikuan.web.problems import FieldError, Problem
from services.notifier.document import read_policy
from services.notifier.domain.policy import Policy
from services.notifier.domain.workdays import after_working_days
from services.notifier.policy_schema import PATH, policy_schema

SHIPPED = sorted((Path(__file__).parents[2] / "deploy" / "policies").glob("*.yaml"))
GOOD = """
version: v1
effective_on: 2026-01-01
steps:
  - {name: reminder, kind: notice, when: {days_overdue: 1}}
"""


def refusals(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as refused:
        read_policy(text.encode())
    assert refused.value.status_code == 422
    said = []
    for error in refused.value.errors:
        assert isinstance(error, FieldError)
        assert not isinstance(error.detail, str)
        bare = error.detail.zh.partition("：")[2] or error.detail.zh
        assert any("一" <= letter <= "鿿" for letter in bare), error.detail.zh
        said.append((error.pointer, error.detail.en))
    return said


def with_step(**step: Any) -> str:
    good = {"name": "s", "kind": "stop_supply", "when": {"days_overdue": 30}}
    document = {"version": "v1", "effective_on": "2026-01-01", "steps": [{**good, **step}]}
    return json.dumps(document)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_policies_are_good_by_model_and_by_schema(path: Path) -> None:
    policy = read_policy(path.read_bytes())
    document = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))
    jsonschema.validate(document, json.loads(PATH.read_text()))
    assert any("一" <= letter <= "鿿" for letter in path.read_text())
    assert Policy.model_validate(policy.document()) == policy


def test_the_published_schema_is_the_models() -> None:
    assert PATH.read_text() == policy_schema(), "run python -m services.notifier.policy_schema"


def test_json_and_yaml_say_the_same() -> None:
    assert read_policy(GOOD.encode()) == read_policy(
        b'{"version": "v1",\n\t"effective_on": "2026-01-01", "steps":'
        b' [{"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}]}'
    )


def test_where_every_item_leads_a_step_may_still_be_for_the_debtor() -> None:
    said = json.loads(with_step(per="debtor"))
    policy = read_policy(json.dumps({**said, "lead": "every_item"}).encode())
    assert Policy.model_validate(policy.document()).steps[0].per == "debtor"
    said["steps"][0].pop("per")
    policy = read_policy(json.dumps({**said, "lead": "every_item"}).encode())
    assert Policy.model_validate(policy.document()).steps[0].per == "item"


def test_amounts_are_normalised_so_that_equal_policies_are_equal_documents() -> None:
    written = with_step(when={"overdue_amount": {"CNY": "050000.0", "JPY": 30000}})
    step = read_policy(written.encode()).document()["steps"][0]
    assert step["when"] == {"overdue_amount": {"CNY": "50000.00", "JPY": "30000"}}


@pytest.mark.parametrize(
    ("step", "pointer", "said"),
    [
        ({"kind": "stop_suply"}, "/steps/0/kind", "Not one of the words that are allowed."),
        ({"when": {"days": 3}}, "/steps/0/when/days", "This field is unknown."),
        ({"when": {}}, "/steps/0/when", "names no threshold"),
        ({"when": {"overdue_amount": {"CNX": "3"}}}, "/steps/0/when/overdue_amount", "ISO 4217"),
        ({"when": {"overdue_amount": {"CNY": 3.5}}}, "/steps/0/when/overdue_amount", "in quotes"),
        ({"when": {"balance": {"JPY": "3.5"}}}, "/steps/0/when/balance", "more decimals"),
        ({"when": {"balance": {"CNY": "0.00"}}}, "/steps/0/when/balance", "more than zero"),
        ({"when": {"overdue_items": 0}}, "/steps/0/when/overdue_items", "Too small."),
        ({"when": {"days_overdue": True}}, "/steps/0/when/days_overdue", "whole number"),
        ({"when": {"limit_used": "x"}}, "/steps/0/when/limit_used", "share of the limit"),
        ({"when": {"limit_used": "nan"}}, "/steps/0/when/limit_used", "share of the limit"),
        ({"when": {"signals": 0}}, "/steps/0/when/signals", "a severity from 1"),
        ({"when": {"signals": {}}}, "/steps/0/when/signals", "a severity from 1"),
        ({"when": {"signals": {"Stock": 1}}}, "/steps/0/when/signals", "by name"),
        ({"when": {"signals": {"stock": True}}}, "/steps/0/when/signals", "by name"),
        ({"hold": -1}, "/steps/0/hold", "Too small. (at least 0)"),
        ({"hold": 61}, "/steps/0/hold", "Too large. (at most 60)"),
        ({"name": "clear"}, "/steps/0", "state without any step"),
        ({"kind": "legal_referral", "approval": "one"}, "/steps/0", "two people"),
        ({"lift_when": {"tag": "vip"}}, "/steps/0", "thresholds only"),
        ({"repeats": 3}, "/steps/0/repeats", "This field is unknown."),
        ({"repeat": {"every_days": 7}}, "/steps/0/repeat/times", "required"),
        ({"kind": "stop_supply", "repeat": {"every_days": 7, "times": 3}}, "/steps/0", "stays in"),
        ({"kind": "notice", "acknowledge_within_days": 1}, "/steps/0", "nobody obeys a notice"),
        ({"evidence_at_least": "B"}, "/steps/0", "add `approval: one`"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(step: dict[str, Any], pointer: str, said: str) -> None:
    assert [(place, said in detail) for place, detail in refusals(with_step(**step))] == [
        (pointer, True)
    ]


@pytest.mark.parametrize(
    ("step", "pointer", "said"),
    [
        ({"lift_when": {"days_overdue": 40}}, "/steps/0/lift_when/days_overdue", "lifted at once"),
        (
            {"per": "item", "lift_when": {"days_overdue": 5}},
            "/steps/0/lift_when/days_overdue",
            "can never hold",
        ),
        (
            {"per": "item", "lift_when": {"any": [{"days_overdue": 5}, {"days_overdue": 9}]}},
            "/steps/0/lift_when",
            "can never hold",
        ),
        (
            {
                "when": {"balance": {"CNY": "50.00"}},
                "lift_when": {"balance": {"CNY": "50.01"}},
            },
            "/steps/0/lift_when/balance/CNY",
            "raised from 50.00",
        ),
        (
            {"when": {"signals": 3}, "lift_when": {"signals": 4}},
            "/steps/0/lift_when/signals",
            "lifted at once",
        ),
        (
            {"when": {"signals": {"gone": 2}}, "unless": {"signals": {"gone": 2}}},
            "/steps/0/unless/signals/gone",
            "never be raised",
        ),
        ({"when": {"lifted_within": {"s": 3}}}, "/steps/0/when", "no other step"),
        ({"when": {"days_since_step": {"remind": 3}}}, "/steps/0/when", "no other step"),
        ({"unless": {"days_since_step": {"remind": 3}}}, "/steps/0", "belongs to when"),
        (
            {"lift_by": "person", "lift_when": {"days_overdue": 3}},
            "/steps/0/lift_when",
            "only a person lifts",
        ),
        ({"lift_by": "person", "per": "item"}, "/steps/0", "needs `per: debtor`"),
        ({"unless": {"days_overdue": 30}}, "/steps/0/unless/days_overdue", "never be raised"),
    ],
)
def test_a_step_that_contradicts_itself_is_refused(
    step: dict[str, Any], pointer: str, said: str
) -> None:
    assert [(place, said in detail) for place, detail in refusals(with_step(**step))] == [
        (pointer, True)
    ]


@pytest.mark.parametrize(
    "step",
    [
        {"lift_when": {"days_overdue": 30}},
        {"lift_when": {"balance": {"CNY": "50.01"}}},
        {"per": "item", "lift_when": {"any": [{"days_overdue": 5}, {"open_items": 1}]}},
        {"unless": {"days_overdue": 31}},
        {"unless": {"any": [{"days_overdue": 3}]}},
        {"lift_when": {"days_overdue": 99, "open_items": 2}},
        {"when": {"signals": 3}, "lift_when": {"signals": 2}},
        {"when": {"signals": 3}, "unless": {"signals": {"demolition": 1}}},
    ],
)
def test_what_may_make_sense_is_taken(step: dict[str, Any]) -> None:
    assert read_policy(with_step(**step).encode()).steps[0].name == "s"


def test_a_mild_step_after_a_severe_one_is_out_of_order() -> None:
    stop = "  - {name: stop, kind: stop_supply, when: {days_overdue: 30}}\n"
    late = "  - {name: late, kind: notice, when: {days_overdue: 60}}\n"
    ((pointer, detail),) = refusals(GOOD + stop + late)
    assert pointer == "/steps/2"
    assert detail.startswith('Line 7: "late" (notice) at days_overdue 60 stands after "stop"')
    assert read_policy((GOOD + late + stop).encode()).version == "v1"


def test_steps_are_in_order_of_how_hard_they_are_whatever_both_ask_for() -> None:
    def ladder(hard: str, mild: str) -> str:
        said = (
            f"{{name: s, kind: stop_supply, when: {hard}}}, {{name: r, kind: notice, when: {mild}}}"
        )
        return f"version: v1\neffective_on: 2026-01-01\nsteps: [{said}]"

    for hard, mild in (
        ("{days_overdue: 30}", "{days_overdue: 1}"),
        ("{balance: {CNY: 100}}", "{balance: {CNY: 5000}}"),
        ("{broken_promises: 2}", "{broken_promises: 1}"),
    ):
        assert [place for place, _ in refusals(ladder(hard, mild))] == ["/steps/1"]
    assert read_policy(ladder("{days_overdue: 30}", "{broken_promises: 1}").encode()).steps


def test_buckets_are_tested_only_where_they_have_shares() -> None:
    said = json.loads(with_step(when={"limit_used": "0.9"}))
    lacking = json.dumps({**said, "limit_test": "any_bucket"})
    assert [place for place, _ in refusals(lacking)] == ["/limit_test"]
    whole = {**said, "limit_test": "any_bucket", "limit_buckets": {"ordered": "0.5"}}
    assert read_policy(json.dumps(whole).encode()).limit_test == "any_bucket"


def test_no_bytes_break_the_reader() -> None:
    refused = 0
    for body in (b"\xff\xfe", b"\x00", b"{" * 5_000, b"- " * 5_000, b"?\n" * 500, b"\xef\xbb\xbf"):
        with pytest.raises(Problem):
            read_policy(body)
        refused += 1
    assert refused == 6


def test_a_document_of_a_megabyte_is_too_long() -> None:
    with pytest.raises(Problem) as refused:
        read_policy(b"#" * 1_000_000)
    assert refused.value.status_code == 413


def test_working_days_skip_weekends() -> None:
    calendar = read_policy(GOOD.encode()).working_days
    friday = date(2012, 6, 8)
    assert after_working_days(friday, 0, calendar) == friday
    assert after_working_days(friday, 1, calendar) == date(2012, 6, 11)
    assert after_working_days(friday, 6, calendar) == date(2012, 6, 18)
