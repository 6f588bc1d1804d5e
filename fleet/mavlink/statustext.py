"""Status texts put together from their chunks. https://mavlink.io/en/messages/common.html"""

from __future__ import annotations

from dataclasses import dataclass, field

from fleet.mavlink.codec import MavMessage

CHUNK = 50  # bytes; a chunk that is not full is the last of its text
CHUNKS = 20  # a longer text is told as far as it goes
COMPLETE_WITHIN_S = 2.0  # what has not come by then was lost


@dataclass(slots=True)
class _Partial:
    id: int
    began_s: float
    chunks: dict[int, str] = field(default_factory=dict)
    count: int | None = None  # known once the last chunk is in

    @property
    def complete(self) -> bool:
        return self.count is not None and all(i in self.chunks for i in range(self.count))

    def text(self) -> str:
        """What there is, with a mark where a chunk is missing."""
        upto = self.count if self.count is not None else max(self.chunks) + 1
        text = "".join(self.chunks.get(i, " … ") for i in range(upto))
        return text if self.count is not None else text + " …"


def chunks_of(text: str) -> list[bytes]:
    """A text as it is sent: one chunk, or several the last of which is not full."""
    data = text.encode()
    if len(data) <= CHUNK:
        return [data]
    starts = range(0, min(len(data) + 1, CHUNK * CHUNKS), CHUNK)
    return [data[at : at + CHUNK] for at in starts]


class StatusTexts:
    """Texts of one vehicle, chunk by chunk in, whole out. Keeps one unfinished text."""

    def __init__(self) -> None:
        self._partial: _Partial | None = None

    def take(self, message: MavMessage, now_s: float) -> list[str]:
        """The texts that this chunk completes, or shows to be cut off."""
        if message.id == 0:
            return [message.text]
        done = self._cut_off(message.id, now_s)
        if message.chunk_seq >= CHUNKS:
            return done
        if self._partial is None:
            self._partial = _Partial(message.id, now_s)
        partial = self._partial
        partial.chunks[message.chunk_seq] = message.text
        if len(message.text) < CHUNK or message.chunk_seq == CHUNKS - 1:
            partial.count = message.chunk_seq + 1
        if partial.complete:
            done.append(partial.text())
            self._partial = None
        return done

    def overdue(self, now_s: float) -> list[str]:
        """A text whose missing chunks will not come any more."""
        partial = self._partial
        if partial is None or now_s - partial.began_s < COMPLETE_WITHIN_S:
            return []
        self._partial = None
        return [partial.text()]

    def _cut_off(self, id_: int, now_s: float) -> list[str]:
        if self._partial is not None and self._partial.id != id_:
            cut, self._partial = self._partial, None
            return [cut.text()]
        return self.overdue(now_s)
