"""A plain word or number in a mapping is read as people mean it, not as YAML 1.1 did."""

from itertools import pairwise
from pathlib import Path

import pytest

from services.ledger.mapping_faults import MappingError
from tests.ledger.test_mapping import HEADER, INVOICES, data_of, refused, rows_of

ROW = "ACME,INV-1,1,03.05.2012,31.05.2012,off\n"


def _with(line: str) -> str:
    return INVOICES.replace("      number: ", f"      {line}\n      number: ")


def _when(test: str) -> str:
    return INVOICES.replace("    id:", f"    when: {test}\n    id:")


@pytest.mark.parametrize(
    ("mapping", "place", "fix"),
    [
        (_with("terms_days: 030"), "line 15: events.0.data.terms_days: ", "write 30, or "),
        (_with("terms_days: -08"), "line 15: events.0.data.terms_days: ", "write -8, or "),
        (_when("{column: No, is: [A, 007]}"), "line 7: events.0.when.is.1: ", 'or "007"'),
        (
            _with("currency: {value: '{No}', map: {010: EUR}}"),
            "line 15: events.0.data.currency.map.010: ",
            'or "010"',
        ),
        (INVOICES.replace("source", "version: 01\nsource"), "line 2: version: ", "write 1, or "),
    ],
)
def test_a_number_that_people_and_yaml_read_unlike_is_refused(
    mapping: str, place: str, fix: str
) -> None:
    (problem,) = refused(mapping)
    assert problem.startswith(place)
    assert fix in problem


@pytest.mark.parametrize("word", ["off", "no", "Yes", "12:30", "1_000", "0o17", "0b11"])
def test_a_word_is_text_without_quotes_too(tmp_path: Path, word: str) -> None:
    for test, taken in (("is", 1), ("is_not", 0)):
        mapping = _when(f"{{column: Printed, {test}: {word}}}")
        rows = rows_of(tmp_path, HEADER + ROW.replace("off", word), mapping)
        assert len(rows) == taken
    mapping = INVOICES.replace('"{Printed}"', f"{{value: '{{Printed}}', map: {{{word}: {word}}}}}")
    (fact,) = rows_of(tmp_path, HEADER + ROW.replace("off", word), mapping)
    assert data_of(fact)["number"] == word


def test_a_column_may_be_called_no_and_a_test_be_switched_on(tmp_path: Path) -> None:
    mapping = _when("{column: No, filled: yes}").replace("{Printed}", "{on}")
    (fact,) = rows_of(tmp_path, HEADER.replace("Printed", "on") + ROW, mapping)
    assert data_of(fact)["number"] == "off"


@pytest.mark.parametrize(
    ("days", "read"), [("30", 30), ("'30'", 30), ("0x1E", 30), ("1_000", 1000)]
)
def test_a_number_of_days_is_one_however_it_is_written(
    tmp_path: Path, days: str, read: int
) -> None:
    (fact,) = rows_of(tmp_path, HEADER + ROW, _terms(days))
    assert data_of(fact)["terms_days"] == read


@pytest.mark.parametrize("days", ["12:30", "thirty", "0b11"])
def test_what_is_no_number_of_days_is_refused_before_any_row(tmp_path: Path, days: str) -> None:
    with pytest.raises(MappingError) as caught:
        rows_of(tmp_path, HEADER + ROW, _terms(days))
    (problem,) = caught.value.problems
    assert problem.en == f"events.0.data.terms_days: '{days}' is no whole number"


def _terms(days: str) -> str:
    return "\n".join(
        (
            "source: erp",
            "dates: '%d.%m.%Y'",
            "events:",
            "  - type: huikuan.debtor.registered.v1",
            "    id: '{No}'",
            "    debtor: '{Debtor}'",
            f"    data: {{on: '{{Date}}', terms_days: {days}}}",
        )
    )


def test_a_mapping_that_repeats_itself_by_reference_is_looked_through_once() -> None:
    levels = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghijklmn")]
    (problem,) = refused("\n".join(["a: &a [010]", *levels, "source: erp"]))
    assert problem.startswith("line 1: a.0: write 10")


@pytest.mark.parametrize("text", ["source: &a [*a]", "source: &a {b: *a}"])
def test_a_mapping_that_contains_itself_is_refused(text: str) -> None:
    assert refused(text)
