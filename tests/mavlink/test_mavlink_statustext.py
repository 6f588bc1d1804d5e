"""Status texts put together from their chunks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.statustext import CHUNK, COMPLETE_WITHIN_S, StatusTexts

LONG = "PreArm: " + "the quick brown fox jumps over the lazy dog " * 3


def _chunks(text: str, id_: int = 1) -> list[Any]:
    parts = [text[i : i + CHUNK] for i in range(0, len(text) + 1, CHUNK)]
    return [
        mavlink.MAVLink_statustext_message(2, part.encode(), id_, i) for i, part in enumerate(parts)
    ]


def test_a_short_text_is_told_at_once() -> None:
    said = StatusTexts().take(mavlink.MAVLink_statustext_message(6, b"Arming motors"), 0.0)
    assert said == ["Arming motors"]


@given(st.permutations(_chunks(LONG)))
def test_a_long_text_is_told_whole_in_whatever_order_it_comes(chunks: list[Any]) -> None:
    texts = StatusTexts()
    said = [text for chunk in chunks for text in texts.take(chunk, 0.0)]
    assert said == [LONG]


def test_a_text_that_fills_its_last_chunk_is_ended_by_an_empty_one() -> None:
    texts, text = StatusTexts(), "x" * 2 * CHUNK
    assert [said for chunk in _chunks(text) for said in texts.take(chunk, 0.0)] == [text]


def test_what_is_missing_is_marked_when_it_will_not_come_any_more() -> None:
    texts = StatusTexts()
    chunks = _chunks(LONG)
    texts.take(chunks[0], 0.0)
    texts.take(chunks[2], 0.1)
    assert texts.overdue(COMPLETE_WITHIN_S - 0.1) == []
    assert texts.overdue(COMPLETE_WITHIN_S + 0.1) == [LONG[:CHUNK] + " … " + LONG[2 * CHUNK :]]


def test_another_text_cuts_an_unfinished_one_off() -> None:
    texts = StatusTexts()
    texts.take(_chunks(LONG)[0], 0.0)
    said = [text for chunk in _chunks("y" * 60, id_=2) for text in texts.take(chunk, 0.1)]
    assert said == [LONG[:CHUNK] + " …", "y" * 60]


@given(
    st.lists(
        st.tuples(st.binary(max_size=50), st.integers(0, 65535), st.integers(0, 255)), max_size=40
    )
)
def test_no_chunks_break_it_and_it_keeps_one_text(chunks: list[tuple[bytes, int, int]]) -> None:
    texts = StatusTexts()
    for i, (text, id_, seq) in enumerate(chunks):
        texts.take(mavlink.MAVLink_statustext_message(0, text, id_, seq), i * 0.1)
    texts.overdue(1e9)
    assert texts.overdue(2e9) == []
