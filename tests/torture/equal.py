"""Nothing lost, nothing doubled, state equal."""

from tests.journeys.installation import Installation
from tests.journeys.state import everything, said


def are_equal(tortured: Installation, oracle: Installation) -> None:
    """Every word said about every debtor, and every answer about him; and the books balance."""
    assert said(tortured) == said(oracle)
    assert everything(tortured) == everything(oracle)
    for service in tortured.urls:
        answer = tortured.ask("GET", service, "/health/invariants")
        assert answer.is_success, answer.text
