"""Topic names and envelopes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.bus import Reply, Request, Topics
from fleet.bus.topics import subject

LEVEL = st.text(st.characters(blacklist_characters="/+#\x00", codec="utf-8"), min_size=1)


@given(district=LEVEL, room=LEVEL, id_=LEVEL, what=LEVEL)
def test_what_a_topic_is_about_can_be_read_from_it(
    district: str, room: str, id_: str, what: str
) -> None:
    assert subject(Topics(district).of(room, id_, what)) == (room, id_, what)


@given(st.text())
def test_a_topic_of_others_is_refused_and_named(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic of this system"):
        subject(topic)


def test_topics_of_a_dock_differ_from_one_another_and_from_other_docks() -> None:
    topics = Topics("longgang")
    kinds = (topics.dock_state, topics.dock_weather, topics.dock_link, topics.dock_command)
    assert len({kind(dock) for kind in kinds for dock in ("D01", "D02")}) == 8


@given(
    id_=st.text(min_size=1),
    sender=st.text(),
    expires_at=st.datetimes(timezones=st.just(UTC)),
    body=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
)
def test_an_envelope_survives_the_wire(
    id_: str, sender: str, expires_at: datetime, body: dict[str, Any]
) -> None:
    request = Request(id=id_, sender=sender, reply_to="r", expires_at=expires_at, body=body)
    assert Request.model_validate_json(request.model_dump_json().encode()) == request
    reply = Reply(id=id_, ok=False, reason=sender, body=body)
    assert Reply.model_validate_json(reply.model_dump_json().encode()) == reply
