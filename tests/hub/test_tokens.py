from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import tokens
from hub.keys import KeyRing

RING = KeyRing.generate()
IDS = st.uuids().map(str)
PLAIN = st.text(st.characters(codec="utf-8"))


@given(IDS)
def test_a_token_is_read_back_in_any_case_and_fits_a_short_column(complaint: str) -> None:
    token = tokens.make(complaint, RING)
    assert len(token) == tokens.LENGTH <= 64
    assert token.isascii() and token.isprintable() and " " not in token
    assert tokens.read(token, RING) == tokens.read(token.lower(), RING) == tokens.read(token.swapcase(), RING) == complaint
    assert tokens.make(complaint, RING) == token


@given(IDS, PLAIN, PLAIN)
def test_a_token_is_found_inside_a_longer_text(complaint: str, before: str, after: str) -> None:
    assert tokens.read(f"{before} ({tokens.make(complaint, RING)})\n{after}", RING) == complaint


@given(IDS, st.data())
def test_any_single_changed_character_is_refused(complaint: str, data: st.DataObject) -> None:
    token = tokens.make(complaint, RING)
    place = data.draw(st.integers(0, len(token) - 1))
    same = {token[place].upper(), token[place].lower()}
    other = data.draw(st.one_of(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), st.characters()).filter(lambda it: it not in same))
    assert tokens.read(token[:place] + other + token[place + 1 :], RING) is None


def test_every_other_letter_in_every_place_is_refused() -> None:
    token = tokens.make(str(uuid.UUID(int=7)), RING)
    for place, right in enumerate(token):
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-ſK ":
            if other != right:
                assert tokens.read(token[:place] + other + token[place + 1 :], RING) is None


@given(IDS, st.integers(0, tokens.LENGTH - 1))
def test_a_cut_token_is_refused(complaint: str, length: int) -> None:
    assert tokens.read(tokens.make(complaint, RING)[:length], RING) is None


@given(IDS)
def test_a_token_of_another_hub_is_refused(complaint: str) -> None:
    assert tokens.read(tokens.make(complaint, KeyRing.generate()), RING) is None


def test_a_forged_token_in_front_does_not_hide_the_real_one() -> None:
    complaint = str(uuid.uuid4())
    forged = tokens.make(complaint, KeyRing.generate())
    assert tokens.read(f"{forged} {tokens.make(complaint, RING)}", RING) == complaint


@given(PLAIN)
def test_no_text_without_a_token_is_taken_for_one(text: str) -> None:
    assert tokens.read(text, RING) is None


def test_an_id_that_is_no_uuid_has_no_token() -> None:
    with pytest.raises(ValueError, match="UUID"):
        tokens.make("2025-000123", RING)
