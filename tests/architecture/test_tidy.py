"""The tree keeps the house rules, and each rule can fail."""

from pathlib import Path, PurePosixPath

import pytest
from alembic.script import ScriptDirectory

from tests.architecture import rules
from tests.architecture.rules import RULES, Rule, Source

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = ("huikuan", "services", "deploy", "tests")


def _sources() -> list[Source]:
    """Return every Python file but the migrations, which are history and not rewritten."""
    return [
        Source(PurePosixPath(path.relative_to(PROJECT)), path.read_text())
        for root in ROOTS
        for path in sorted((PROJECT / root).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps(rule: Rule) -> None:
    complaints = [complaint for source in _sources() for complaint in rule(source)]
    assert not complaints, "\n" + "\n".join(complaints)


def test_every_decision_is_linked_from_the_architecture() -> None:
    decisions = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    architecture = PROJECT / "docs" / "architecture.md"
    linked = architecture.read_text() if architecture.exists() else ""
    complaints = rules.unlinked_decisions([each.name for each in decisions], linked)
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize("service", ["ledger", "promises", "notifier"])
def test_the_newest_revision_is_told_by_the_name_of_its_file(service: str) -> None:
    """A start looks at the names alone, and leaves Alembic out where nothing is newer."""
    migrations = PROJECT / "services" / service / "migrations"
    newest = max(path.name for path in migrations.glob("versions/[0-9]*.py"))
    assert ScriptDirectory(migrations).get_current_head() == newest.partition("_")[0]


DOMAIN = "services/ledger/domain/x.py"
BAD: list[tuple[Rule, str, str]] = [
    (rules.short_functions, "huikuan/x.py", "def f():\n" + "    g()\n" * 40),
    (rules.short_files, "services/x.py", "x = 1\n" * 251),
    (rules.short_files, "tests/x.py", "x = 1\n" * 401),
    (rules.telling_module_names, "services/ledger/utils.py", ""),
    (rules.telling_module_names, "services/common/debtor.py", ""),
    (rules.telling_class_names, "services/x.py", "class DebtorManager: ..."),
    (rules.no_clock_in_rules, DOMAIN, "from datetime import date\nx = date.today()"),
    (rules.no_clock_in_rules, DOMAIN, "import datetime as dt\nx = dt.datetime.now(dt.UTC)"),
    (rules.no_clock_in_rules, "huikuan/debtor/x.py", "import time"),
    (rules.no_clock_in_rules, "huikuan/events/x.py", "from time import monotonic"),
    (rules.no_floats_in_rules, DOMAIN, "share = 0.5"),
    (rules.no_floats_in_rules, "huikuan/debtor/x.py", "def f(amount: float) -> None: ..."),
    (rules.nothing_unfinished, "tests/x.py", "x = 1  # TO" + "DO: the rest"),
    (rules.docstrings_in_the_language, "huikuan/x.py", "def allocate(): ..."),
    (rules.docstrings_in_the_language, "huikuan/x.py", "class Account: ..."),
    (rules.words_of_the_glossary, "services/x.py", 'x = "该欠款人"'),
    (rules.words_of_the_glossary, "services/x.py", 'x = "请核销"'),
    (rules.words_of_the_glossary, "services/x.py", 'x = "此处没有该升级"'),
    (rules.the_same_in_both_languages, "services/x.py", 'say("It is so.", "It is so.")'),
    (rules.the_same_in_both_languages, "services/x.py", 'say("是", "Yes.")'),
    (rules.the_same_in_both_languages, "huikuan/x.py", 'Words(f"It is {day}.", "已开启。")'),
    (rules.the_same_in_both_languages, "huikuan/x.py", 'Words("It is so.", f"{day} 已开启。")'),
    (rules.the_same_in_both_languages, "huikuan/x.py", 'Words("It is {day}.", "已于 {on}。")'),
]
GOOD: list[tuple[Rule, str, str]] = [
    (rules.short_functions, "huikuan/x.py", 'def f():\n    """' + "a\n" * 40 + '"""\n    g()\n'),
    (rules.short_files, "tests/x.py", "x = 1\n" * 300),
    (rules.no_clock_in_rules, "services/ledger/service.py", "import time"),
    (rules.no_clock_in_rules, DOMAIN, "overdue = standing.today - due_on"),
    (rules.no_floats_in_rules, "services/ledger/bench.py", "share = 0.5"),
    (rules.docstrings_in_the_language, "huikuan/x.py", "def _private(): ..."),
    (rules.words_of_the_glossary, "services/x.py", 'x = "未核销收款、收款核销、坏账核销"'),
    (rules.words_of_the_glossary, "services/x.py", 'x = "管控升级；数据库升级"'),
    (rules.the_same_in_both_languages, "services/x.py", 'say(f"{day}: open", f"{day}：已开启")'),
    (rules.the_same_in_both_languages, "services/x.py", 'Words(f"{a.en} {b}", f"{b}：{a.zh}")'),
    (rules.the_same_in_both_languages, "services/x.py", 'Words("{}", "{}")'),
    (rules.the_same_in_both_languages, "services/x.py", "Words(error.reason, error.reason_zh)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_rule_sees_what_it_forbids(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_rule_allows_what_it_should(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(PurePosixPath(path), text)))


def test_every_rule_has_an_example_that_it_refuses() -> None:
    assert set(RULES) == {rule for rule, _path, _text in BAD}


def test_an_unlinked_decision_is_seen() -> None:
    assert rules.unlinked_decisions(["0001-log.md"], "see [the log](decisions/0002-other.md)")
    assert not rules.unlinked_decisions(["0001-log.md"], "see [the log](decisions/0001-log.md)")
