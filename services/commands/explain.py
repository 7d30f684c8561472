"""``huikuan explain DEBTOR``: one debtor's story, from the public APIs alone."""

from datetime import date

from services.commands import show, story
from services.commands.reach import services


def explain(debtor: str, *, as_of: date | None, as_json: bool) -> None:
    """Print what is known about the debtor as of a day (default the open business day)."""
    with services() as reached:
        told = story.ask(reached, debtor, as_of.isoformat() if as_of else "")
    if as_json:
        show.as_json(told)
    else:
        story.tell(told)
