"""A mapping file: read, compiled for a file's columns, refused with the line where it is wrong."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.ledger.csv_rows import BadRow, CsvFile, FactOfRow
from services.ledger.mapping import load_mapping, read_mapping
from services.ledger.mapping_faults import MappingError

MAPPINGS = Path(__file__).parents[2] / "deploy" / "mappings"

INVOICES = """
source: erp
dates: "%d.%m.%Y"
numbers: {decimal: ",", thousands: "."}
events:
  - type: huikuan.invoice.issued.v1
    id: "invoice/{No}"
    debtor: "{Debtor}"
    data:
      invoice: "{No}"
      amount: "{Amount}"
      currency: EUR
      issued_on: "{Date}"
      due_on: "{Due}"
      number: "{Printed}"
"""
HEADER = "Debtor,No,Amount,Date,Due,Printed\n"


def rows_of(tmp_path: Path, text: str | bytes, mapping: str = INVOICES) -> list[Any]:
    path = tmp_path / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(CsvFile(path, read_mapping(mapping.encode())))


def data_of(fact: FactOfRow | BadRow) -> dict[str, Any]:
    assert isinstance(fact, FactOfRow)
    data: dict[str, Any] = json.loads(fact.body)["data"]
    return data


def refused(mapping: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        read_mapping(mapping.encode())
    return [problem.en for problem in caught.value.problems]


def test_a_row_becomes_a_fact(tmp_path: Path) -> None:
    (fact,) = rows_of(tmp_path, HEADER + 'ACME,INV-1,"1.234,5",03.05.2012,31.05.2012,\n')
    assert isinstance(fact, FactOfRow)
    assert (fact.line, fact.on) == (2, date(2012, 5, 3))
    assert json.loads(fact.body) == {
        "specversion": "1.0",
        "id": "invoice/INV-1",
        "source": "erp",
        "type": "huikuan.invoice.issued.v1",
        "subject": "ACME",
        "data": {
            "invoice": "INV-1",
            "amount": "1234.50",
            "currency": "EUR",
            "issued_on": "2012-05-03",
            "due_on": "2012-05-31",
        },
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ACME,INV-1,1,31.02.2012,31.05.2012,", "invoice.issued/issued_on: '31.02.2012' is no"),
        ("ACME,INV-1,abc,01.02.2012,31.05.2012,", "invoice.issued/amount: must be digits"),
        ('ACME,INV-1,"-1,00",01.02.2012,31.05.2012,', "invoice.issued/amount: is negative"),
        (",INV-1,1,01.02.2012,31.05.2012,", "invoice.issued/debtor: is empty"),
        ("ACME,INV-1,1,01.02.2012,,", "due_on"),
        ("ACME,INV-1,,01.02.2012,31.05.2012,", "invoice.issued/amount: is missing"),
        ("ACME,INV-1,1", "the row has 3 columns, the header has 6"),
        (
            "ACME,INV-1,1,000.00,01.02.2012,31.05.2012,",
            "the row has 7 columns, the header has 6",
        ),
        ('ACME,"INV"-1,1,01.02.2012,31.05.2012,', "cannot be read"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(tmp_path: Path, row: str, reason: str) -> None:
    good = "ACME,INV-9,1,01.02.2012,31.05.2012,\n"
    bad, fact = rows_of(tmp_path, f"{HEADER}{row}\n{good}")
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert reason in bad.reason
    assert re.search("[一-龥]", bad.reason_zh), bad.reason
    field = re.match(r"[a-z_.]+/\w+: ", bad.reason)
    assert field is None or bad.reason_zh.startswith(field[0])
    assert fact.line == 3


def test_bytes_that_are_no_text_are_a_bad_row(tmp_path: Path) -> None:
    bad = b"ACME,INV-1,1,01.02.2012,31.05.2012,caf\xe9\n"
    good = "ACME,INV-2,1,01.02.2012,31.05.2012,café\n".encode()
    first, second = rows_of(tmp_path, HEADER.encode() + bad + good)
    assert isinstance(first, BadRow)
    assert data_of(second)["number"] == "café"


def test_bytes_that_are_no_text_are_a_bad_row_though_no_condition_can_hold_for_them(
    tmp_path: Path,
) -> None:
    mapping = INVOICES + "    when: {column: Printed, is: 发票}\n"
    row = "ACME,INV-{},1,01.02.2012,31.05.2012,发票\n"
    text = (HEADER + row.format(1)).encode() + row.format(2).encode("gb18030")
    good, bad = rows_of(tmp_path, text, mapping)
    assert data_of(good)["invoice"] == "INV-1"
    assert isinstance(bad, BadRow)
    assert bad.line == 3
    assert "no text in utf-8-sig" in bad.reason


def test_a_row_over_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    two_lines = 'ACME,INV-1,1,01.02.2012,31.05.2012,"a\nb"\n'
    rows = rows_of(tmp_path, HEADER + two_lines + "ACME,INV-2,1\n")
    assert [(row.line, type(row)) for row in rows] == [(2, BadRow), (4, BadRow)]


def test_a_row_of_which_one_event_is_bad_is_left_out_as_a_whole(tmp_path: Path) -> None:
    mapping = INVOICES + (
        "  - type: huikuan.payment.received.v1\n"
        "    id: payment/{No}\n"
        "    debtor: '{Debtor}'\n"
        "    data: {payment: '{No}', amount: '{Amount}', currency: EUR, value_on: '{Printed}'}\n"
    )
    (row,) = rows_of(tmp_path, HEADER + "ACME,INV-1,1,01.02.2012,31.05.2012,never\n", mapping)
    assert isinstance(row, BadRow)


def test_a_byte_order_mark_and_blank_lines_are_no_trouble(tmp_path: Path) -> None:
    text = "\ufeff" + HEADER + "\nACME,INV-1,1,01.02.2012,31.05.2012,\n\n"
    assert [row.line for row in rows_of(tmp_path, text)] == [3]


def test_the_example_says_what_its_comment_shows(tmp_path: Path) -> None:
    example = MAPPINGS / "example.yaml"
    shown = [line.removeprefix("#   ") for line in example.read_text().splitlines()]
    start = next(at for at, line in enumerate(shown) if line.startswith("客户编号"))
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(shown[start : start + 4]))
    facts = list(CsvFile(path, load_mapping(example)))
    assert [data_of(fact)["amount"] for fact in facts] == ["12500.00", "12500.00", "300.00"]
    assert data_of(facts[1])["remittance"] == [{"amount": "12500.00", "invoice": "INV-7"}]
    assert data_of(facts[2])["currency"] == "CNY"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("amount:", "amonut:"), ["amonut: the event has no such field; do you mean 'amount'?"]),
        (("{Due}", "{Du}"), ["the file has no column 'Du'; do you mean 'Due'?"]),
        (("      currency: EUR\n", ""), ["currency: is missing; the event needs it"]),
        (("EUR", "[1, 2.5]"), ["currency: must be text"]),
        (
            ("EUR", "{vaule: x}"),
            ["currency.value: This field is required", "currency.vaule: This field is unknown"],
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    tmp_path: Path, change: tuple[str, str], problem: list[str]
) -> None:
    with pytest.raises(MappingError) as caught:
        rows_of(tmp_path, HEADER, INVOICES.replace(*change))
    for part in problem:
        assert any(part in each.en for each in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("invoice.issued", "invoice.isued"), "line 6: events.0.type: no fact has this type"),
        (("source: erp", "sauce: erp"), "line 2: sauce: This field is unknown"),
        (('decimal: ","', 'decimal: "."'), "line 4: numbers: decimal and thousands are"),
        (
            ("source", "version: 2\nsource"),
            "line 2: version: Not one of the words that are allowed. (1)",
        ),
        (("debtor:", "debtor: ["), "is not YAML"),
        (("id:", "when: {column: A}\n    id:"), "line 7: events.0.when.0: give exactly one of"),
    ],
)
def test_a_wrong_mapping_names_its_line(change: tuple[str, str], problem: str) -> None:
    assert any(problem in each for each in refused(INVOICES.replace(*change)))


def test_only_what_must_change_is_named() -> None:
    with pytest.raises(MappingError) as refused:
        read_mapping(b"source: erp\nevents:\n  - {type: huikuan.nope.v1, id: x}\n")
    told = str(refused.value).splitlines()[1:]
    assert [line.split(": ")[1] for line in told] == [
        f"events.0.{field}" for field in ("type", "debtor", "data")
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version: !!int x", "line 1: version: "),
        ("history: {from: !!timestamp x}", "line 1: history.from: "),
        ("a: !!bool ''", "line 1: a: "),
    ],
)
def test_a_tag_that_does_not_fit_is_refused_in_its_place(text: str, place: str) -> None:
    assert any(problem.startswith(place) for problem in refused(text))


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="is empty"):
        rows_of(tmp_path, "")


def test_a_first_line_in_another_encoding_says_so(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        rows_of(tmp_path, "客户编号,单据号\n".encode("gb18030"))
    (problem,) = caught.value.problems
    assert "no text in utf-8-sig" in problem.en


def test_a_mapping_may_not_be_a_bomb() -> None:
    assert refused("[" * 5000)
