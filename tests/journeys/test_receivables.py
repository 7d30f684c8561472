"""Two years of a real portfolio, imported as they happened, give every figure of its README."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.journeys import receivables
from tests.journeys.installation import PROJECT, Installation, run, serving
from tests.journeys.state import everything
from tests.rig.parts import Parts, Settings

MAPPING = PROJECT / "deploy" / "mappings" / "receivables.yaml"
STEPS = (PROJECT / "deploy" / "policies" / "receivables-15-30.yaml").read_text()
FIGURES = {
    "2012-12-31": [("4936.32", 86), ("777.30", 12), ("11.44", 1), ("0.00", 0)],
    "2013-06-30": [("4284.29", 72), ("835.56", 12), ("0.00", 0), ("0.00", 0)],
}
TOTALS = {"2012-12-31": ("5725.06", 99), "2013-06-30": ("5119.85", 84)}

if not receivables.FILE.exists() and not os.environ.get("CI"):
    pytest.skip(
        f"needs {receivables.FILE}, which may not be copied into the repository",
        allow_module_level=True,
    )


@pytest.mark.parametrize(
    ("database", "log"),
    [
        ("sqlite", "embedded"),
        ("postgresql", "kafka"),
        pytest.param("postgresql", "embedded", marks=pytest.mark.thorough),
        pytest.param("sqlite", "librdkafka", marks=pytest.mark.thorough),
    ],
)
def test_the_import_gives_every_figure(
    database: str, log: str, home: Path, parts: Parts, tmp_path: Path
) -> None:
    settings = parts(database, log)
    with serving(home, settings) as huikuan:
        huikuan.adopt(STEPS)
        _import(home, tmp_path, settings)
        huikuan.open_day(receivables.LAST_DAY)

        _has_every_invoice(huikuan)
        _ages_as_computed_by_hand(huikuan)
        _raised_and_lifted_every_step(huikuan)


def test_a_file_that_is_imported_twice_changes_nothing(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "first-rows.csv"
    file.write_text("".join(receivables.FILE.read_text().splitlines(keepends=True)[:301]))
    command = ("import", str(file), "--mapping", str(MAPPING), "--json")
    with serving(home) as huikuan:
        huikuan.adopt(STEPS)
        first = run(home, *command, "--history", "--through", "2012-03-31")
        assert first.returncode == 0, first.stderr
        said, state = huikuan.feed(), everything(huikuan)
        assert said

        second = run(home, *command, "--history", "--through", "2012-03-31")
        third = run(home, *command)

        for again in (second, third):
            assert again.returncode == 0, again.stderr
            counts = msgspec.json.decode(again.stdout)
            assert (counts["accepted"], counts["duplicate"]) == (0, 600)
        assert huikuan.feed() == said
        assert everything(huikuan) == state


def test_our_own_reading_of_the_file_gives_the_figures_of_its_readme() -> None:
    rows = receivables.read()

    assert len(rows) == 2466
    assert len({row.debtor for row in rows}) == 100
    assert sum(row.amount for row in rows) == Decimal("147703.18")
    for day, buckets in FIGURES.items():
        assert receivables.ageing(rows, date.fromisoformat(day), (15, 30)) == buckets
    late, very_late = receivables.runs(rows, 15), receivables.runs(rows, 30)
    assert (len(late), len({run[0] for run in late})) == (168, 47)
    assert (len(very_late), len({run[0] for run in very_late})) == (8, 5)
    assert min(late, key=lambda run: run[1])[:2] == ("1604-LIFKX", date(2012, 2, 17))
    assert min(very_late, key=lambda run: run[1])[:2] == ("2621-XCLEH", date(2012, 3, 13))


def _import(home: Path, directory: Path, settings: Settings) -> None:
    """From a directory of the test's own: rejected rows are written beside the file."""
    file = directory / receivables.FILE.name
    file.symlink_to(receivables.FILE)
    done = run(home, "import", str(file), "--mapping", str(MAPPING), "--history", settings=settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not file.with_name(file.name + ".errors.csv").exists()


def _has_every_invoice(huikuan: Installation) -> None:
    debtors = {row.debtor for row in receivables.read()}
    seen = {each["debtor"] for each in huikuan.pages("ledger", "/v1/debtors")}
    assert seen == debtors


def _ages_as_computed_by_hand(huikuan: Installation) -> None:
    for day, buckets in FIGURES.items():
        answer = huikuan.get("ledger", "/v1/ageing", as_of=day, buckets="15,30")
        (currency,) = answer["currencies"]
        assert currency == "USD"
        ageing = answer["currencies"][currency]
        assert (ageing["total"], ageing["items"]) == TOTALS[day]
        assert [(each["amount"], each["items"]) for each in ageing["buckets"]] == buckets


def _raised_and_lifted_every_step(huikuan: Installation) -> None:
    """Each on its day, as if somebody had looked at every debtor every day."""
    rows = receivables.read()
    raised: dict[str, tuple[str, str, str]] = {}
    lifted: dict[str, str] = {}
    for said in huikuan.feed():
        if said["status"] == "raised":
            raised[said["escalation"]] = (said["step"], said["debtor"], said["effective_on"])
        else:
            assert said["status"] == "lifted", said
            lifted[said["escalation"]] = said["effective_on"]
    for step, days_overdue in (("oldest_15", 15), ("oldest_30", 30)):
        runs = {
            (debtor, date.fromisoformat(on), _date(lifted.get(escalation)))
            for escalation, (name, debtor, on) in raised.items()
            if name == step
        }
        assert runs == receivables.runs(rows, days_overdue)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
