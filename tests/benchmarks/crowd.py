"""Many consoles in one process, as browsers are: each a WebSocket of its own that follows `/ops`.

    python crowd.py ADDRESS TOKEN...

A console for each token; says `{"here": N}` when all have their snapshot. From then on it takes an
order a line: `measure SECONDS` answers with how old the drones' messages were when their telemetry
was heard. Ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

import websockets
from stamped_drones import age_s

HEIGHT = re.compile(r'"alt_rel_m":([0-9.]+)')


class Crowd:
    def __init__(self, address: str) -> None:
        self._url = address.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self._ages_s: list[float] = []
        self._frames, self._measuring = 0, False

    async def sit(self, token: str, here: asyncio.Semaphore) -> None:
        """Follows until cancelled."""
        newest: list[str] = []
        async with websockets.connect(
            self._url,
            max_size=None,
            compression=None,
            additional_headers={"Authorization": f"Bearer {token}"},
        ) as connection:
            await connection.recv()
            await connection.send("40/ops,")
            while not (said := str(await connection.recv())).startswith('42/ops,["snapshot"'):
                assert '"refused"' not in said, said
            here.release()
            async for text in connection:
                if text == "2":
                    await connection.send("3")
                elif str(text).startswith('42/ops,["telemetry"'):
                    newest = self._hear(str(text), newest)

    def _hear(self, text: str, before: list[str]) -> list[str]:
        """Each message once: who has said nothing since the last frame is in this again."""
        now_s, heights = time.monotonic(), HEIGHT.findall(text)
        if self._measuring and len(heights) == len(before):
            self._frames += 1
            for height, last in zip(heights, before, strict=True):
                if height != last:
                    self._ages_s.append(age_s(float(height), now_s))
        return heights

    async def measure(self, seconds: float) -> dict[str, float]:
        self._ages_s, self._frames, self._measuring = [], 0, True
        await asyncio.sleep(seconds)
        self._measuring = False
        ages_s = sorted(self._ages_s) or [float("nan")]
        return {
            "messages": len(self._ages_s),
            "frames": self._frames,
            "p50_ms": 1000 * ages_s[len(ages_s) // 2],
            "p99_ms": 1000 * ages_s[int(0.99 * len(ages_s))],
            "max_ms": 1000 * ages_s[-1],
        }


async def main(address: str, tokens: list[str]) -> None:
    crowd, here, loop = Crowd(address), asyncio.Semaphore(0), asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        seats = [tasks.create_task(crowd.sit(token, here)) for token in tokens]
        for _ in tokens:
            await here.acquire()
        _tell({"here": len(tokens)})
        while order := await loop.run_in_executor(None, sys.stdin.readline):
            _tell(await crowd.measure(float(order.split()[1])))
        for seat in seats:
            seat.cancel()


def _tell(what: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
