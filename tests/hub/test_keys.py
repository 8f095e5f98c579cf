from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ConfigurationProblems, Refused
from hub.keys import DIGEST_LENGTH, KeyRing, open_ring

RING = KeyRing.generate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@given(st.binary(), st.binary())
def test_what_was_sealed_opens_with_the_same_place_only(plain: bytes, place: bytes) -> None:
    sealed = RING.seal(plain, place)
    assert RING.open(sealed, place) == plain
    with pytest.raises(Refused):
        RING.open(sealed, place + b"!")


@given(st.binary(min_size=1), st.data())
def test_any_changed_byte_of_a_sealed_value_is_refused(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(RING.seal(plain, b"reporter"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        RING.open(bytes(sealed), b"reporter")


@given(st.binary(max_size=80))
def test_bytes_that_were_never_sealed_are_refused(noise: bytes) -> None:
    with pytest.raises(Refused):
        RING.open(noise, b"")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert RING.seal(b"0811", b"") != RING.seal(b"0811", b"")


def test_after_a_rotation_the_newest_key_seals_and_the_old_one_still_opens(path: Path) -> None:
    old = KeyRing.create(path)
    before = old.seal(b"Siti", b"reporter")
    new = old.rotate(path)
    after = new.seal(b"Siti", b"reporter")
    assert new.open(before, b"reporter") == new.open(after, b"reporter") == b"Siti"
    assert not old.knows(after)
    with pytest.raises(Refused, match="not in the ring"):
        old.open(after, b"reporter")
    assert KeyRing.load(path) == new


def test_digests_and_signatures_survive_a_rotation(path: Path) -> None:
    old = KeyRing.create(path)
    new = old.rotate(path)
    assert new.digest("0811", "phone") == old.digest("0811", "phone")
    assert new.sign(b"token") == old.sign(b"token")


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_digest_is_the_same_for_the_same_value_and_purpose_only(value: str, purpose: str) -> None:
    digest = RING.digest(value, purpose)
    assert digest == RING.digest(value.encode(), purpose)
    assert len(digest) == DIGEST_LENGTH and set(digest) <= set("0123456789abcdef")
    assert digest != RING.digest(value + "x", purpose)
    assert digest != RING.digest(value, purpose + "x")
    assert RING.digest("b" + value, "a") != RING.digest(value, "ab")
    assert digest != KeyRing.generate().digest(value, purpose)


def test_a_new_file_is_its_owners_alone_and_reads_back(path: Path) -> None:
    ring = KeyRing.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [it.name for it in path.parent.iterdir()] == ["keys.json"]
    assert KeyRing.load(path) == ring
    ring.rotate(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_strict_or_lax_umask_changes_nothing(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "simpul" / "keys.json")
    assert stat.S_IMODE((tmp_path / "simpul").stat().st_mode) & 0o077 == 0


def test_an_existing_ring_is_never_overwritten(path: Path) -> None:
    ring = KeyRing.create(path)
    with pytest.raises(ConfigurationProblems, match="exists already"):
        KeyRing.create(path)
    assert KeyRing.load(path) == ring
    assert [it.name for it in path.parent.iterdir()] == ["keys.json"]


def test_a_place_that_cannot_be_written_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationProblems, match="exists already|cannot be written"):
        KeyRing.create(tmp_path / "file" / "keys.json")


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o602])
def test_a_file_that_others_can_reach_is_refused(path: Path, mode: int) -> None:
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationProblems, match="chmod 600"):
        KeyRing.load(path)


def test_a_file_that_the_group_may_only_read_is_accepted(path: Path) -> None:
    ring = KeyRing.create(path)
    path.chmod(0o440)
    assert KeyRing.load(path) == ring


def test_a_damaged_file_is_refused_without_repeating_its_content(path: Path) -> None:
    KeyRing.create(path)
    whole = json.loads(path.read_text())
    secret = whole["digest"]
    damaged: list[object] = [
        {**whole, "format": 2},
        {**whole, "sealing": []},
        {**whole, "digest": secret[:-2]},
        {**whole, "signing": secret + "zz"},
        {**whole, "sealing": [{"id": "00", "key": secret}]},
        {"digest": secret},
        [secret],
        secret,
    ]
    for content in damaged:
        path.write_text(json.dumps(content))
        with pytest.raises(ConfigurationProblems, match="not a key file") as caught:
            KeyRing.load(path)
        assert secret not in str(caught.value) and caught.value.__cause__ is None
    path.write_text(f'{{"digest": "{secret}"')
    with pytest.raises(ConfigurationProblems, match="not a key file"):
        KeyRing.load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationProblems, match="not text"):
        KeyRing.load(path)


def test_a_ring_shows_no_key(path: Path) -> None:
    ring = KeyRing.create(path)
    for key in (*ring.sealing.values(), ring.digesting, ring.signing):
        assert key.hex() not in repr(ring) and repr(key) not in repr(ring)


def test_a_hub_without_sealed_data_gets_a_ring_at_its_first_start(path: Path) -> None:
    ring = open_ring(path, None)
    assert open_ring(path, None) == open_ring(path, ring.seal(b"x", b"")) == ring


def test_processes_that_start_together_take_one_ring(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: open_ring(path, None), range(32)))
    assert all(ring == rings[0] for ring in rings)
    assert [it.name for it in path.parent.iterdir()] == ["keys.json"]


def test_a_hub_with_sealed_data_does_not_start_without_its_ring(path: Path) -> None:
    sealed = KeyRing.generate().seal(b"Siti", b"reporter")
    with pytest.raises(ConfigurationProblems, match="restore it from your backup"):
        open_ring(path, sealed)
    assert not path.exists()
    KeyRing.create(path)
    with pytest.raises(ConfigurationProblems, match="not the ring that sealed"):
        open_ring(path, sealed)


def test_a_second_ring_is_neither_made_nor_taken(path: Path) -> None:
    with pytest.raises(ConfigurationProblems, match="`simpul init` makes it"):
        open_ring(path, None, make=False)
    with pytest.raises(ConfigurationProblems, match="copy it from another machine"):
        open_ring(path, None, RING.mark)
    assert not path.exists()
    ring = KeyRing.create(path)
    with pytest.raises(ConfigurationProblems, match="not the ring that this database is used with"):
        open_ring(path, None, RING.mark)
    assert open_ring(path, None, ring.mark, make=False) == ring


def test_the_mark_of_a_ring_stays_when_it_rotates_and_shows_no_key(path: Path) -> None:
    ring = KeyRing.create(path)
    assert ring.rotate(path).mark == ring.mark != KeyRing.generate().mark
    assert not {ring.mark} & {key.hex()[: len(ring.mark)] for key in (*ring.sealing.values(), ring.digesting, ring.signing)}


def test_an_absent_file_is_a_problem_that_says_what_to_do(path: Path) -> None:
    with pytest.raises(ConfigurationProblems, match="restore it from your backup"):
        KeyRing.load(path)
