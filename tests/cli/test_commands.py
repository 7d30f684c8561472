"""What each command does to a real installation, and what it says about it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.cli.installed import Served, fact, run, run_here, serving

MAPPING = """\
source: test-erp
events:
  - type: huikuan.invoice.issued.v1
    id: "{number}"
    debtor: "{debtor}"
    data:
      invoice: "{number}"
      amount: "{amount}"
      currency: CNY
      issued_on: "{issued}"
      due_on: "{due}"
"""
ROWS = """\
number,debtor,amount,issued,due
R1,imported,249.95,2012-05-01,2012-05-03
R2,imported,500.00,2012-05-02,2012-05-31
R3,imported,-1,2012-05-02,2012-05-31
"""
POLICY = """\
version: commands-1
effective_on: 2012-01-01
steps: [{name: warning, kind: notice, when: {days_overdue: 1}}]
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="module")
def home(served: Served) -> Path:
    return served.said.parent


def _file(directory: Path, name: str, text: str) -> str:
    path = directory / name
    path.write_text(text, "utf-8")
    return str(path)


def test_an_import_lives_through_the_days_of_its_file(home: Path, tmp_path: Path) -> None:
    policy = _file(tmp_path, "policy.yaml", POLICY)
    assert run(home, "policy", "adopt", policy).stdout == "Adopted: commands-1\n"
    assert "Nothing changes" in run(home, "policy", "adopt", policy).stdout
    rows, mapping = _file(tmp_path, "rows.csv", ROWS), _file(tmp_path, "mapping.yaml", MAPPING)
    command = ["import", rows, "--mapping", mapping, "--history", "--through", "2012-05-04"]
    first = run(home, *command)
    assert first.returncode == 1
    assert "accepted\t2\n" in first.stdout
    assert "rejected\t1\n" in first.stdout
    assert "Open: 2012-05-04" in first.stdout
    assert (tmp_path / "rows.csv.errors.csv").read_text().splitlines()[1].startswith("4,rejected,")
    again = msgspec.json.decode(run(home, *command, "--json").stdout)
    assert (again["accepted"], again["duplicate"]) == (0, 2)
    told = run(home, "explain", "imported").stdout
    assert "Owes CNY 749.95, overdue 249.95." in told
    assert "Oldest: invoice R1, due 2012-05-03, 1 days overdue." in told
    assert "State: warning. In force: warning." in told
    before = run(home, "explain", "imported", "--as-of", "2012-05-01").stdout
    assert "Owes CNY 249.95, overdue 0.00." in before


def test_why_a_step_is_in_force_is_told_in_both_languages(home: Path) -> None:
    told = run_here(home, "explain", "imported", "--step", "warning").stdout
    assert "“warning” (notice) is in force against the debtor since 2012-05-04." in told
    assert "when/days_overdue\t1\t1\tyes\t" in told
    chinese = run_here(home, "explain", "imported", "--step", "warning", HUIKUAN_LANG="zh").stdout
    assert "“warning”（催款函）自 2012-05-04 起对该客户生效。" in chinese
    unknown = run_here(home, "explain", "imported", "--step", "none")
    assert (unknown.returncode, unknown.stdout) == (4, "")


def test_a_debtor_is_explained_as_he_was_known_at_a_place(served: Served, home: Path) -> None:
    positions = []
    for number in ("K1", "K2"):
        data = {"invoice": number, "amount": "5.00", "currency": "CNY"}
        dates = {"issued_on": "2012-05-01", "due_on": "2012-05-03"}
        told = fact(number, "invoice.issued", "grown", {**data, **dates})
        positions.append(served.post("/ledger/v1/events", told)["position"])
    for service in ("ledger", "promises", "notifier"):
        served.get(f"/{service}/v1/position", after_position=positions[-1])
    now, then = (
        run_here(home, "explain", "grown", *words).stdout for words in ((), _at(positions[0]))
    )
    assert ("Owes CNY 10.00, overdue 10.00." in now, "Owes CNY 5.00" in then) == (True, True)
    why = run_here(home, "explain", "grown", "--step", "warning", *_at(positions[0]), "--json")
    assert msgspec.json.decode(why.stdout)["as_of"] == "2012-05-04"
    assert (
        "Nothing was ever recorded" in run_here(home, "explain", "grown", *_at("2000-01-01")).stdout
    )
    unknown = run_here(home, "explain", "grown", "--step", "warning", *_at("yesterday"))
    assert (unknown.returncode, "known_at: A time like" in unknown.stderr) == (4, True)


def _at(place: str) -> tuple[str, str]:
    return "--known-at", place


def test_what_is_to_come_is_told_of_one_debtor_and_of_all(served: Served, home: Path) -> None:
    data = {"invoice": "F1", "amount": "5.00", "currency": "CNY"}
    dates = {"issued_on": "2012-05-01", "due_on": "2012-05-10"}
    told = fact("F1", "invoice.issued", "coming", {**data, **dates})
    position = served.post("/ledger/v1/events", told)["position"]
    served.get("/notifier/v1/position", after_position=position)
    foretold = run_here(home, "forecast", "coming").stdout
    assert "Next: warning, raised on 2012-05-11." in foretold
    assert "A payment of CNY 5.00 by 2012-05-10 prevents it." in foretold
    assert "coming\t2012-05-11\traised\twarning\tnotice\tdebtor\tdays_overdue 1\n" in foretold
    assert (
        "A payment of CNY 5.00 by 2012-05-10 prevents it."
        in run_here(home, "explain", "coming").stdout
    )
    chinese = run_here(home, "forecast", "coming", HUIKUAN_LANG="zh").stdout
    assert "下一步：2012-05-11 warning（生效）。" in chinese
    everybody = run_here(home, "forecast", HUIKUAN_LANG="zh").stdout
    assert "warning\tnotice\traised\t1\tCNY 5.00\tCNY 5.00\n" in everybody
    narrow = run_here(home, "forecast", "--kind", "stop_supply", "--until", "2012-09-01", "--json")
    answer = msgspec.json.decode(narrow.stdout)
    assert (answer["until"], answer["totals"], answer["items"]) == ("2012-09-01", [], [])
    assert "No step will come." in run_here(home, "forecast", "--kind", "stop_supply").stdout
    later = run_here(home, "forecast", "coming", "--as-of", "2012-05-11").stdout
    assert "From 2012-05-11 through 2012-08-09" in later
    assert "No business day" in run_here(home, "forecast", "--known-at", "2000-01-01").stdout


def test_a_currency_that_nobody_uses_is_a_warning_and_an_earlier_date_needs_confirming(
    home: Path, tmp_path: Path
) -> None:
    text = POLICY.replace("days_overdue: 1", "balance: {CNY: '5.00', JPY: '700'}")
    policy = _file(tmp_path, "yen.yaml", text.replace("commands-1", "commands-2"))
    checked = run_here(home, "policy", "check", policy)
    assert "Warning /steps/0/when/balance/JPY: Nobody deals in JPY so far" in checked.stdout
    refused = run_here(home, "policy", "adopt", policy)
    assert refused.returncode == 4
    assert "?confirm=true (huikuan policy adopt --confirm)" in refused.stderr
    assert "debtors otherwise" in refused.stderr


def test_nobody_is_explained_whom_no_fact_names(home: Path) -> None:
    # Before the first day everybody is answered, emptily.
    run_here(home, "day", "open", "2012-05-04")
    assert run_here(home, "day", "open", "2012-05-02").stdout == "Open: 2012-05-04\n"
    done = run_here(home, "explain", "no body/of that name")
    assert (done.returncode, done.stdout) == (4, "")
    chinese = run_here(home, "explain", "nobody", HUIKUAN_LANG="zh")
    assert "没有涉及该客户的记录" in chinese.stderr


def test_a_conflict_waits_until_somebody_decides(served: Served, home: Path) -> None:
    for amount in ("10.00", "11.00"):
        data = {"invoice": "Q1", "amount": amount, "currency": "CNY"}
        dates = {"issued_on": "2012-05-01", "due_on": "2012-05-31"}
        told = fact("Q1", "invoice.issued", "quarrel", {**data, **dates})
        result = served.post("/ledger/v1/events", told)["results"][0]
    assert result["status"] == "conflict"
    waiting = msgspec.json.decode(run_here(home, "quarantine", "list", "--json").stdout)
    assert [(item["debtor"], item["status"]) for item in waiting] == [("quarrel", "open")]
    conflict = waiting[0]["conflict"]
    unfounded = run_here(home, "quarantine", "discard", conflict)
    assert (unfounded.returncode, "--reason" in unfounded.stderr) == (2, True)
    done = run_here(home, "quarantine", "discard", conflict, "--reason", "sent twice")
    assert (done.returncode, done.stdout) == (0, f"{conflict}: discarded\n")
    assert run_here(home, "quarantine", "list", "--json").stdout.strip() == "[]"
    assert "discarded" in run_here(home, "quarantine", "list", "--all").stdout
    unknown = run_here(home, "quarantine", "release", "15/999999", "--reason", "seen the paper")
    assert unknown.returncode == 4


@pytest.mark.parametrize("service", ["ledger", "promises", "notifier"])
def test_a_rebuild_finds_what_is_live(home: Path, service: str) -> None:
    done = run_here(home, "rebuild", service, "--verify", "--json")
    assert done.returncode == 0, done.stderr
    report = msgspec.json.decode(done.stdout)
    assert report["compared"]
    assert report["differences"] == []
    assert report["verified"]["unfounded"] == []


def test_a_policy_is_tried_whatever_the_locale_and_refused_in_words(
    home: Path, tmp_path: Path
) -> None:
    run_here(home, "day", "open", "2012-05-04")
    chinese = _file(tmp_path, "chinese.yaml", f"# 催收策略\n{POLICY}")
    ascii_files = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(home, "backtest", chinese, PYTHONIOENCODING="utf-8", **ascii_files)
    assert done.returncode == 0, done.stderr
    garbled = tmp_path / "garbled.yaml"
    garbled.write_bytes(POLICY.encode("utf-16"))
    for words in ([str(garbled)], [chinese, "--against", str(garbled)]):
        refused = run(home, "backtest", *words)
        assert (refused.returncode, "Traceback" in refused.stderr) == (4, False)
        assert "UTF-8" in refused.stderr


def test_a_sample_is_the_same_everywhere_and_can_be_sent(home: Path, tmp_path: Path) -> None:
    words = ["sample", "--debtors", "2", "--days", "20", "--from", "2012-05-05"]
    first, second = run_here(tmp_path, *words).stdout, run_here(tmp_path, *words).stdout
    assert first == second
    count = len(first.splitlines())
    sent = run_here(home, *words, "--send")
    assert sent.stdout == f"{count} facts, open: 2012-05-24\n", sent.stderr


@pytest.mark.parametrize("currency", ["JPY", "RMB", "cny"])
def test_a_sample_is_in_a_currency_with_cents(tmp_path: Path, currency: str) -> None:
    refused = run_here(tmp_path, "sample", "--currency", currency, str(tmp_path / "x.jsonl"))
    assert (refused.returncode, (tmp_path / "x.jsonl").exists()) == (4, False)
    assert "two decimals" in refused.stderr


@pytest.mark.parametrize("words", [("day", "open", "2012-05-01"), ("serve", "--port", "0")])
def test_a_home_that_cannot_be_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    refused = run(home, *words)
    assert (refused.returncode, "Traceback" in refused.stderr) == (3, False)
    assert f"cannot keep state in {home}" in refused.stderr


def test_migrating_twice_is_no_trouble(tmp_path: Path) -> None:
    for _ in range(2):
        done = run_here(tmp_path, "migrate")
        assert done.stdout == "Up to date: ledger, promises, notifier\n", done.stderr
    assert run_here(tmp_path, "recover", "ledger").stdout == "ledger: 0 records read back\n"
