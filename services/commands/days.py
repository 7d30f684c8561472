"""``huikuan day open DATE``."""

from datetime import date

from services.commands import show
from services.commands.reach import services
from services.commands.words import say


def open_days(day: date, *, as_json: bool) -> None:
    """Open the business days up to ``day``; wait until every service has folded them."""
    with services() as reached:
        answer = reached.post("ledger", "/v1/days", {"date": day.isoformat()})
        for name in ("promises", "notifier"):
            reached.wait(name, answer["position"])
    if as_json:
        show.as_json(answer)
    else:
        open_on = answer["open_on"]  # a day that was open before opens nothing again
        show.line(say(f"Open: {open_on}", f"当前营业日：{open_on}"))
