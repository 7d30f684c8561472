"""A backtest as the API shows it; amounts as decimal strings, amount times days among them."""

from collections.abc import Iterable, Mapping
from typing import Any

from huikuan.events.codec import amount_of
from services.notifier.backtest_jobs import Job
from services.notifier.domain.backtest import Course
from services.notifier.domain.totals import Sum, Totals
from services.notifier.trying import EVERY_SHARE, Tried

Answer = dict[str, Any]


def shown_job(job: Job) -> Answer:
    """What was asked for, and how far it is."""
    trial = job.trial
    return {
        "id": job.id,
        "state": job.state,
        "progress": {"records": job.records, "records_in_all": job.records_in_all},
        "seconds": round(job.seconds, 3),
        "policy": trial.policy.version,
        "against": trial.against.version if trial.against else None,
        "from": trial.period.first_on,
        "to": trial.period.last_on,
        "assume_approved": trial.assume_approved,
        "share": trial.share_of_10000 / EVERY_SHARE,
        "seed": trial.seed,
    }


def shown_result(job: Job, after: str, limit: int) -> Answer:
    """With what it found: totals, and the debtors that differ, those that differ most first."""
    answer = shown_job(job)
    if job.state != "done":
        return answer
    outcome = job.backtest.outcome
    totals = Totals()
    totals.join(outcome.champion)
    totals.join(outcome.challenger)
    answer["totals"] = _totals(totals)
    if job.trial.share_of_10000 < EVERY_SHARE:
        answer["groups"] = {
            "champion": _totals(outcome.champion),
            "challenger": _totals(outcome.challenger),
        }
    listed = job.backtest.listed
    start = int(after) if after else 0
    answer["items"] = [_tried(each) for each in listed[start : start + limit]]
    if start + limit < len(listed):
        answer["next"] = str(start + limit)
    return answer


def _totals(totals: Totals) -> Answer:
    then, now = totals.whole()
    return {
        "debtors": totals.debtors,
        "debtors_that_differ": totals.debtors_that_differ,
        "notices": {"then": totals.notices_then, "now": totals.notices_now},
        "steps": [
            {
                "step": name,
                "kind": step.kind,
                "then": _sum(step.then),
                "now": _sum(step.now),
                "added": step.added,
                "removed": step.removed,
                "moved": step.moved,
                "changed": step.changed,
            }
            for name, step in sorted(totals.steps.items())
        ],
        "then": _sum(then),
        "now": _sum(now),
    }


def _sum(total: Sum) -> Answer:
    return {
        "raised": total.raised,
        "proposed": total.proposed,
        "retracted": total.retracted,
        "days_held": total.days_held,
        "amount_days": _amounts(total.held_minor),
    }


def _tried(tried: Tried) -> Answer:
    found = tried.found
    return {
        "debtor": tried.debtor,
        "added": _courses(found.added),
        "removed": _courses(found.removed),
        "moved": [_pair(*pair) for pair in found.moved],
        "changed": [_pair(*pair) for pair in found.changed],
    }


def _courses(courses: Iterable[Course]) -> list[Answer]:
    return [_course(each) for each in courses]


def _pair(then: Course, now: Course) -> Answer:
    return {"then": _course(then), "now": _course(now)}


def _course(course: Course) -> Answer:
    return {
        "step": course.step,
        "kind": course.kind,
        "company": course.company,
        "subject": course.subject,
        "status": course.status,
        "effective_on": course.effective_on,
        "ended_on": course.ended_on,
        "repeated": course.repeated,
        "days_held": course.days_held,
        "amount_days": _amounts(course.held_minor),
    }


def _amounts(held_minor: Mapping[str, int]) -> dict[str, str]:
    return {
        currency: f"{'-' if minor < 0 else ''}{amount_of(abs(minor), currency)}"
        for currency, minor in sorted(held_minor.items())
    }
