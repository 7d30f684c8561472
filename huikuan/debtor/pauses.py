"""Which days of the past an item's dunning was paused on, however its pauses overlap."""

from collections.abc import Sequence

from huikuan.debtor.dealings import Pause
from huikuan.debtor.things import Day

NEVER_PAUSED: tuple[tuple[int, int], ...] = ()


def paused_ago(
    pauses: Sequence[Pause], company: str, invoice: str, on: Day
) -> tuple[tuple[int, int], ...]:
    """The stretches of paused days by a day, each as days ago: (first, last); none overlap.

    A pause holds from its first day through its last, or through the day before it was resumed.
    """
    stretches: list[tuple[int, int]] = []
    for pause in sorted(pauses, key=lambda pause: pause.on):
        last_on = min(pause.until, pause.resumed_on - 1, on)
        own = pause.company == company and (not pause.invoices or invoice in pause.invoices)
        if not own or last_on < pause.on:
            continue
        first_ago, last_ago = on - pause.on, on - last_on
        if stretches and first_ago >= stretches[-1][1]:
            before_first, before_last = stretches.pop()
            first_ago, last_ago = before_first, min(before_last, last_ago)
        stretches.append((first_ago, last_ago))
    return tuple(stretches)
