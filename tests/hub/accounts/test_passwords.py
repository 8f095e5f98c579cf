"""What is a good password, what is kept of it, and how long guessing waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher

from hub.accounts import passwords
from hub.accounts.api_tokens import digest, new_token
from hub.accounts.cookie import cookie_key
from hub.accounts.passwords import generated, hashed, matches, outdated, wait_after, weakness
from hub.accounts.roles import Role
from hub.keys import KeyRing

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize("password", ["", "pendek", "a" * 200, "abababababababab", "Siti-siti-12345", "x" * 201, "kucing\x00hujan-sepeda"])
def test_a_weak_password_is_refused_without_being_repeated(password: str) -> None:
    said = weakness(password, "siti")
    assert said and (not password or password not in said)


def test_a_generated_password_is_good_and_never_the_same() -> None:
    made = {generated() for _ in range(100)}
    assert len(made) == 100 and not any(weakness(each, "admin") for each in made)


def test_only_the_password_matches_what_is_kept_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    kept = hashed("kucing-hujan-sepeda")
    assert kept != hashed("kucing-hujan-sepeda") and kept.startswith("$argon2id$")
    assert matches(kept, "kucing-hujan-sepeda")
    assert not matches(kept, "kucing-hujan-sepedA") and not matches("damaged", "x") and not matches(kept, "\ud800")
    assert not outdated(kept)
    monkeypatch.undo()
    assert outdated(kept)


def test_a_name_that_does_not_exist_costs_as_much_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    kept = hashed("kucing-hujan-sepeda")
    assert not matches(kept, "x") and not matches(None, "x")
    known, nobody = checked
    assert known == kept and nobody.rpartition("$")[0].split("$")[:4] == known.split("$")[:4]  # the same cost


def test_what_the_hub_ships_costs_what_rfc_9106_asks_for() -> None:
    hasher = PasswordHasher()
    assert (passwords.HASHER.time_cost, passwords.HASHER.memory_cost) == (hasher.time_cost, hasher.memory_cost) == (3, 65536)


def test_guessing_waits_twice_as_long_each_time_and_never_longer_than_a_quarter_of_an_hour() -> None:
    assert [wait_after(tries) for tries in range(5)] == [None] * 5
    assert [wait_after(tries) for tries in (5, 6, 7)] == [timedelta(seconds=each) for each in (30, 60, 120)]
    assert wait_after(20) == wait_after(10**9) == timedelta(minutes=15)


def test_tokens_are_random_and_only_their_digest_tells_them_apart() -> None:
    made = [new_token() for _ in range(50)]
    assert len({digest(each) for each in made}) == 50 and all(each.startswith("simpul_") and len(each) == 50 for each in made)
    assert len(digest("\ud800")) == 64


def test_each_role_may_what_those_below_it_may() -> None:
    assert [[have.may(needed) for needed in Role] for have in Role] == [[True, False, False], [True, True, False], [True, True, True]]


def test_cookies_are_signed_with_a_key_of_their_own() -> None:
    one, other = KeyRing.generate(), KeyRing.generate()
    assert cookie_key(one) == cookie_key(one) != cookie_key(other)
    assert cookie_key(one) not in (one.signing, one.digesting)
