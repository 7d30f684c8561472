"""What is wrong with a mapping is told in Chinese too, in the same places."""

import re
from pathlib import Path

import pytest

from services.ledger.csv_rows import CsvFile
from services.ledger.mapping import load_mapping, read_mapping
from services.ledger.mapping_faults import Faults, MappingError
from tests.ledger.test_mapping import HEADER, INVOICES

PLACE = re.compile(r"(?:line \d+: )?((?:[a-z_]+(?:\.\w+)*): )?")
ZH_PLACE = re.compile(r"(?:第 \d+ 行：)?((?:[a-z_]+(?:\.\w+)*)：)?")


def faults(tmp_path: Path, mapping: str | bytes, header: str | bytes = HEADER) -> Faults:
    rows = tmp_path / "rows.csv"
    rows.write_bytes(header if isinstance(header, bytes) else header.encode())
    with pytest.raises(MappingError) as caught:
        CsvFile(rows, read_mapping(mapping if isinstance(mapping, bytes) else mapping.encode()))
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("invoice.issued", "invoice.isued"),
        ("source: erp", "sauce: erp"),
        ("source: erp", "source: 'a b'"),
        ("source: erp", "source: []"),
        ('decimal: ","', 'decimal: "."'),
        ('decimal: ","', 'decimal: ",,"'),
        ("source", "version: 2\nsource"),
        ("source", "version: 01\nsource"),
        ("source", "file: {encoding: utf-9}\nsource"),
        ("source", "file: 7\nsource"),
        ("source", "history: {from: 2012-02-31}\nsource"),
        ("debtor:", "debtor: ["),
        ("debtor:", "debtor: &a [*b]\n    x:"),
        ("id:", "when: {column: No}\n    id:"),
        ("id:", "when: {column: No, filled: maybe}\n    id:"),
        ("id:", "when: 7\n    id:"),
        ("amount:", "amonut:"),
        ("amount:", "nothing_like_it:"),
        ("{Due}", "{Du}"),
        ("{Due}", "{nothing like it}"),
        ("      currency: EUR\n", ""),
        ("EUR", "[1, 2.5]"),
        ("EUR", "2.5"),
        ("EUR", "{vaule: x}"),
        ("EUR", "{value: x, map: 7}"),
    ],
)
def test_each_is_told_in_both_languages_with_its_line_and_place(
    tmp_path: Path, old: str, new: str
) -> None:
    for en, zh in faults(tmp_path, INVOICES.replace(old, new, 1)):
        place, same = PLACE.match(en), ZH_PLACE.match(zh)
        assert place is not None
        assert same is not None
        assert re.findall(r"\d+", en[: place.end()]) == re.findall(r"\d+", zh[: same.end()])
        assert (place[1] or "").strip(": ") == (same[1] or "").strip("：")
        assert re.search("[一-龥]", zh[same.end() :]), zh
        assert not re.search("[一-龥]", en), en


@pytest.mark.parametrize(
    ("header", "zh"),
    [
        ("", "为空；首行应为列名"),
        ("A,B,A\n", "有两列都叫 'A'"),
        ('A,"B"x\n', "首行无法读取：',' expected after '\"'"),
    ],
)
def test_a_file_without_a_header_is_told_so_in_both(tmp_path: Path, header: str, zh: str) -> None:
    ((english, chinese),) = faults(tmp_path, INVOICES, header)
    assert chinese == zh
    assert english.isascii()


@pytest.mark.parametrize(
    "text", [b"[" * 5000, b"a: \xff", b"a: \x00", b"a: [", b"a: !!omap 7", b"'", b"7", b""]
)
def test_what_is_no_mapping_at_all_is_told_in_one_line_each(tmp_path: Path, text: bytes) -> None:
    for en, zh in faults(tmp_path, text):
        assert re.search("[一-龥]", zh), zh
        assert en.isascii()
        assert "\n" not in en + zh


def test_a_file_that_cannot_be_a_mapping_is_named(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 1_000_001)
    for path, zh in ((tmp_path, "无法读取（"), (large, "超过 1000000 字节")):
        with pytest.raises(MappingError) as caught:
            load_mapping(path)
        assert zh in caught.value.words.zh
        assert caught.value.words.zh.startswith(f"{path}")
