"""What is wrong with rows and requests, in the language that is wanted."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from huikuan.events.chinese import in_chinese
from huikuan.web.problems import language_of
from services.ledger.domain.intake import Verdict


def told(verdicts: Sequence[Verdict], accepted: str) -> Sequence[Verdict]:
    """The verdicts with their reasons in the language of an ``Accept-Language``."""
    if not accepted or language_of(accepted) == "en":
        return verdicts
    return [_in_chinese(verdict) for verdict in verdicts]


def _in_chinese(verdict: Verdict) -> Verdict:
    if verdict.reason is None:
        return verdict
    return replace(
        verdict, reason=replace(verdict.reason, detail=in_chinese(verdict.reason.detail))
    )


def listed(page: Mapping[str, Any], accepted: str) -> Mapping[str, Any]:
    """A page of the quarantine, likewise."""
    if language_of(accepted) == "en":
        return page
    items = [
        each | {"reason": each["reason"] | {"detail": in_chinese(each["reason"]["detail"])}}
        for each in page["items"]
    ]
    return {**page, "items": items}
