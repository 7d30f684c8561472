"""Who has the floor: one thread at a time, and nobody while he waits for the disk."""

from pathlib import Path
from threading import Thread

from sqlalchemy import Connection, event

from huikuan.eventlog.database import Database
from huikuan.eventlog.floor import FLOOR, Floor


def is_free(floor: Floor) -> bool:
    """Whether another thread can have it at once."""
    had: list[bool] = []

    def ask() -> None:
        with floor:
            had.append(True)

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(0.2)
    return bool(had)


def test_it_is_free_again_only_when_the_outermost_leaves() -> None:
    floor = Floor()
    with floor:
        with floor:
            assert not is_free(floor)
        assert not is_free(floor)
    assert is_free(floor)


def test_who_left_it_may_enter_again_and_his_outer_blocks_take_nothing_from_others() -> None:
    floor = Floor()
    with floor:
        floor.leave()
        assert is_free(floor)
        with floor:
            assert not is_free(floor)
        assert is_free(floor)
    assert is_free(floor)


def test_the_floor_is_left_before_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'some.db'}")
    free_at_commit: list[bool] = []

    def look(_: Connection) -> None:
        free_at_commit.append(is_free(FLOOR))

    event.listen(database.engine, "commit", look)
    with FLOOR, database.writing() as connection:
        connection.exec_driver_sql("create table some (thing)")
        assert not is_free(FLOOR)
    database.close()
    assert free_at_commit == [True]
