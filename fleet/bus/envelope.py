"""Request and reply envelopes.

The embedded broker speaks MQTT 3.1.1, so response topic, correlation and expiry travel in the
message and not in MQTT 5 properties: one contract for every broker.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from ulid import ULID


class Request(BaseModel):
    """One act or question, sent to one receiver. Repeating it with the same ``id`` is safe: the
    receiver gives the first answer again and does not act twice. ``expires_at`` is time of day
    outside any simulation: messages travel in real time."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: str(ULID()))
    sender: str
    reply_to: str = Field(pattern=r"^[^+#\x00]+$", max_length=1000)  # a topic, no pattern
    expires_at: datetime
    body: dict[str, Any]


class Reply(BaseModel):
    """The answer to the request of the same ``id``. ``reason`` is one sentence when not ``ok``."""

    model_config = ConfigDict(frozen=True)

    id: str
    ok: bool
    reason: str | None = None
    code: str | None = None
    body: dict[str, Any] = {}
