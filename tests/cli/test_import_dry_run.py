"""``huikuan import --dry-run`` reads everything as an import would, and sends nothing."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from services.cli import app

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
HEADER = "number,debtor,amount,issued,due\n"
GOOD = "R1,acme,249.95,2012-05-01,2012-05-31\n"


def _dry_run(
    directory: Path, rows: str, *words: str, mapping: str = MAPPING
) -> tuple[int, str, str]:
    file, written = directory / "rows.csv", directory / "mapping.yaml"
    file.write_text(HEADER + rows)
    written.write_text(mapping)
    command = ["import", str(file), "--mapping", str(written), "--dry-run", *words]
    done = CliRunner().invoke(app, command)
    return done.exit_code, done.stdout, done.stderr


def test_a_good_file_is_counted(tmp_path: Path) -> None:
    code, out, _ = _dry_run(tmp_path, GOOD, "--json")
    assert code == 0
    assert msgspec.json.decode(out)["accepted"] == 1
    assert not (tmp_path / "rows.csv.errors.csv").exists()


def test_rows_that_meet_no_condition_are_counted(tmp_path: Path) -> None:
    rows = GOOD.replace("acme", "acme ") + GOOD.replace("acme", "total") * 2
    only_acme = MAPPING + "    when: {column: debtor, is: acme}\n"
    code, out, _ = _dry_run(tmp_path, rows, "--json", mapping=only_acme)
    assert code == 0
    told = msgspec.json.decode(out)
    assert (told["accepted"], told["rows_without_facts"]) == (1, 2)
    _, out, _ = _dry_run(tmp_path, rows, mapping=only_acme)
    assert "no condition of the mapping, and gave nothing: 2" in out
    _, out, _ = _dry_run(tmp_path, GOOD)
    assert "no condition" not in out


def test_bad_rows_are_named_in_a_file(tmp_path: Path) -> None:
    rows = GOOD + "R2,acme,-1,2012-05-01,2012-05-31\n" + "R3,acme,1.00,2012-02-30,2012-05-31\n"
    code, out, err = _dry_run(tmp_path, rows)
    assert code == 1
    assert "rejected\t2" in out
    errors = (tmp_path / "rows.csv.errors.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in errors] == ["line", "3", "4"]
    assert "rows.csv.errors.csv" in err


def test_a_mapping_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file, mapping = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    file.write_text("other\n1\n")
    mapping.write_text(MAPPING)
    done = CliRunner().invoke(app, ["import", str(file), "--mapping", str(mapping), "--dry-run"])
    assert done.exit_code == 4
    assert "number" in done.stderr


def test_what_is_wrong_with_a_mapping_is_told_to_a_chinese_reader_in_his_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_LANG", "zh")
    file, mapping = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    file.write_text(HEADER + GOOD)
    mapping.write_text(MAPPING.replace("source", "sauce"))
    done = CliRunner().invoke(app, ["import", str(file), "--mapping", str(mapping), "--dry-run"])
    assert done.exit_code == 4
    told = [f"{mapping}：", "  第 1 行：source：此字段必填。", "  第 1 行：sauce：未知字段。"]
    assert done.stderr.removeprefix("huikuan: ").splitlines() == told


def test_where_bad_rows_cannot_be_listed_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "rows.csv.errors.csv").mkdir()
    code, _, err = _dry_run(tmp_path, GOOD)
    assert code == 4
    assert "cannot list bad rows in" in err
