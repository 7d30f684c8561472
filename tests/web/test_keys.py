"""Keys: made once, shown once, kept as hashes, and never one that everybody guesses."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huikuan.web.keys import Keys, UnsafeKeyError, keys_of, new_key


def test_the_first_start_makes_a_key_and_shows_it_once(tmp_path: Path) -> None:
    keys, shown = keys_of(tmp_path, "")
    assert shown is not None
    assert keys.open_by(f"Bearer {shown}")
    again, shown_again = keys_of(tmp_path, "")
    assert shown_again is None
    assert again.open_by(f"bearer {shown}")


def test_no_file_holds_the_key_itself(tmp_path: Path) -> None:
    _, shown = keys_of(tmp_path, "")
    assert shown is not None
    files = list(tmp_path.iterdir())
    assert len(files) == 1
    assert shown not in files[0].read_text()
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: keys_of(tmp_path, ""), range(8)))
    shown = [each for _, each in made if each]
    assert len(shown) == 1
    assert all(keys.open_by(f"Bearer {shown[0]}") for keys, _ in made)


def test_configured_keys_go_before_made_ones(tmp_path: Path) -> None:
    keys, shown = keys_of(tmp_path, "old-key-of-the-company, new-key-of-the-company")
    assert shown is None
    assert keys.open_by("Bearer old-key-of-the-company")
    assert keys.open_by("Bearer new-key-of-the-company")
    assert not keys.open_by("Bearer old-key-of-the-company,")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["changeme", "ChangeMe", "secret", "a-good-key-here-1234,password"])
def test_a_key_that_everybody_guesses_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(UnsafeKeyError):
        keys_of(tmp_path, key)


def test_a_short_key_serves_this_machine_only(tmp_path: Path) -> None:
    keys_of(tmp_path, "short-key")
    with pytest.raises(UnsafeKeyError) as refused:
        keys_of(tmp_path, "short-key", only_local=False)
    assert "short-key" not in str(refused.value)


def test_no_keys_open_nothing_and_say_nothing() -> None:
    assert not Keys(frozenset()).open_by("Bearer ")
    key = new_key()
    assert key not in repr(Keys.of(key))
    assert not Keys.of(key).open_by("")
