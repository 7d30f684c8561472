"""``huikuan import FILE --mapping M.yaml``: a file's rows through intake, in parcels."""

import csv
from datetime import date
from pathlib import Path
from typing import NamedTuple, TextIO

from services.commands import show
from services.commands.reach import Services, services
from services.commands.server_file import SERVICES
from services.commands.trouble import REFUSED, ROWS_REJECTED, CommandError
from services.commands.words import say
from services.ledger.csv_rows import BadRow, CsvFile
from services.ledger.importing import ERROR_COLUMNS, Import, Imported
from services.ledger.mapping import load_mapping
from services.ledger.mapping_faults import MappingError


class Feed(NamedTuple):
    """What a file delivers all of, through a date; the source is the mapping's."""

    name: str
    through_on: date


class _Sending:
    """Says what the import says to the services, and remembers how far that went."""

    def __init__(self, reached: Services) -> None:
        self._reached = reached
        self.position = ""

    def send(self, body: bytes) -> list[dict[str, object]]:
        answer = self._reached.post("ledger", "/v1/events", body)
        self.position = answer["position"]
        results: list[dict[str, object]] = answer["results"]
        return results

    def open_days(self, day: date) -> None:
        answer = self._reached.post("ledger", "/v1/days", {"date": day.isoformat()})
        self.position = answer["position"]

    def complete(self, source: str, feed: Feed) -> None:
        about = {"source": source, "feed": feed.name, "through_on": feed.through_on.isoformat()}
        self.position = self._reached.post("ledger", "/v1/feeds", about)["position"]

    def wait(self) -> None:
        """Until all services have folded everything that was sent."""
        if self.position:
            for name in SERVICES:
                self._reached.wait(name, self.position)


def import_file(
    file: Path,
    mapping: Path,
    *,
    history: bool,
    through: date | None,
    feed: Feed | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import; raises ``CommandError`` (exit code 1) where a row or a fact did not go in.

    ``feed`` is said to be complete once every row is in, and only then.
    """
    errors = file.with_name(f"{file.name}.errors.csv")
    try:
        if dry_run:
            feed, imported = None, _check(file, mapping, errors)
        else:
            imported = _import(file, mapping, errors, feed, history=history, through=through)
    except MappingError as error:
        raise CommandError(say(*error.words), REFUSED) from None
    if imported.is_clean:
        errors.unlink(missing_ok=True)
    completed = feed if imported.is_clean else None
    _report(imported, file, completed, dry_run=dry_run, as_json=as_json)
    if not imported.is_clean:
        raise CommandError(_not_everything(errors, feed), ROWS_REJECTED)


def _not_everything(errors: Path, feed: Feed | None) -> str:
    lacking = say(f"not everything went in; see {errors}", f"有未写入的行，见 {errors}")
    if feed is None:
        return lacking
    still_open = say(
        f"; so {feed.name} is not said to be complete", f"；因此未声明 {feed.name} 已完整"
    )
    return lacking + still_open


def _import(
    file: Path,
    mapping: Path,
    errors: Path,
    feed: Feed | None,
    *,
    history: bool,
    through: date | None,
) -> Imported:
    with services() as reached, _listing(errors) as lines:
        sending = _Sending(reached)
        run = Import(file, mapping, sending.send, sending.open_days, lines, _reason)
        with show.progress(say("Importing", "导入"), 1000) as advance:
            done = 0
            for imported in run.run(history=history, through=through):
                now = int(1000 * imported.share_done)
                advance(now - done)
                done = now
        if feed is not None and run.imported.is_clean:
            sending.complete(run.source, feed)
        with show.progress(say("Folding", "处理"), 0):
            sending.wait()
    return run.imported


def _check(file: Path, mapping: Path, errors: Path) -> Imported:
    """Read everything as an import would, and send nothing."""
    rows = CsvFile(file, load_mapping(mapping))
    imported = Imported()
    with _listing(errors) as lines:
        written = csv.writer(lines)
        written.writerow(ERROR_COLUMNS)
        for row in rows:
            if isinstance(row, BadRow):
                imported.bad_rows += 1
                written.writerow([row.line, "rejected", _reason(row)])
            else:
                imported.counts["accepted"] += 1
    imported.without_facts = rows.without_facts
    return imported


def _listing(errors: Path) -> TextIO:
    """The file that will name what does not go in, before anything does."""
    try:
        return errors.open("w", encoding="utf-8", newline="")
    except OSError as error:
        sentence = say(f"cannot list bad rows in {errors}", f"无法写入 {errors}")
        raise CommandError(f"{sentence}: {error.strerror}", REFUSED) from None


def _reason(row: BadRow) -> str:
    return say(row.reason, row.reason_zh)


def _report(
    imported: Imported, file: Path, completed: Feed | None, *, dry_run: bool, as_json: bool
) -> None:
    counts = {
        "accepted": imported.counts["accepted"],
        "duplicate": imported.counts["duplicate"],
        "conflict": imported.counts["conflict"],
        "rejected": imported.counts["rejected"] + imported.bad_rows,
    }
    if as_json:
        opened_on = imported.opened_on.isoformat() if imported.opened_on else None
        about = {"file": str(file), "dry_run": dry_run, **counts, "opened_on": opened_on}
        about["rows_without_facts"] = imported.without_facts
        if completed:
            about["complete_through"] = completed.through_on.isoformat()
        show.as_json(about)
        return
    words = {
        "accepted": say("accepted", "接受"),
        "duplicate": say("duplicate", "重复"),
        "conflict": say("conflict", "冲突"),
        "rejected": say("rejected", "拒绝"),
    }
    title = say("Checked only, nothing sent", "仅检查，未写入") if dry_run else file.name
    columns = (say("result", "结果"), say("count", "数量"))
    show.table(title, columns, [(words[name], count) for name, count in counts.items()])
    if count := imported.without_facts:
        en = f"Rows that met no condition of the mapping, and gave nothing: {count}"
        show.line(say(en, f"不符合映射中任何条件、未产生事件的行：{count}"))
    if imported.opened_on:
        show.line(say(f"Open: {imported.opened_on}", f"营业日：{imported.opened_on}"))
    if completed:
        name, through_on = completed
        sentence = f"{name} is complete through {through_on}.", f"{name} 已完整到 {through_on}。"
        show.line(say(*sentence))
