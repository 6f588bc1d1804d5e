"""The shelf of several consoles, in Redis."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from command.acts import Refused
from command.shelf import Text
from fleet.process import Refusal

HELD_S: Final = 10.0  # at most: a worker that dies with a text in its hands gives it back so
WAITS_S: Final = 5.0
KEPT_S: Final = 24 * 3600
AGAIN_S: Final = 1.0
LOOKS_S: Final = 0.5  # for word of others, and whether it shall end
_LOG = logging.getLogger(__name__)


class RedisShelf:
    """Of all workers with this address and district."""

    def __init__(self, url: str, district: str) -> None:
        """
        Raises:
            Refusal: if no Redis answers there.
        """
        self.limits_uri = url
        self._prefix = f"dockfleet:{district}:"
        self._channel = f"{self._prefix}changed"
        try:
            self._redis: Redis = Redis.from_url(
                url, decode_responses=True, socket_timeout=WAITS_S, health_check_interval=30
            )
            self._redis.ping()
        except (RedisError, ValueError) as error:
            raise Refusal(f"the Redis of --redis does not answer: {error}") from None
        self._ending = threading.Event()
        self._followers: list[threading.Thread] = []

    @contextmanager
    def opened(self, name: str) -> Iterator[Text]:
        key = f"{self._prefix}{name}"
        lock = self._redis.lock(f"{key}:lock", timeout=HELD_S, blocking_timeout=WAITS_S)
        try:
            with lock:
                before = str(self._redis.get(key) or "")
                text = Text(before)
                yield text
                if text.now != before:
                    self._redis.set(key, text.now)
                    self._redis.publish(self._channel, name)
        except RedisError as error:
            _LOG.error("Redis: %s", error)
            raise Refused("unavailable", "what the consoles share cannot be had now") from None

    def is_first(self, name: str) -> bool:
        key = f"{self._prefix}first:{hashlib.sha256(name.encode()).hexdigest()}"
        try:
            return bool(self._redis.set(key, "", nx=True, ex=KEPT_S))
        except RedisError as error:
            _LOG.error("Redis: %s", error)
            return True  # rather twice than not at all

    def listen(self, heard: Callable[[], None]) -> None:
        follower = threading.Thread(target=self._follow, args=(heard,), name="shelf", daemon=True)
        self._followers.append(follower)
        follower.start()

    def _follow(self, heard: Callable[[], None]) -> None:
        while not self._ending.is_set():
            try:
                with self._redis.pubsub() as words:  # type: ignore[no-untyped-call]
                    words.subscribe(self._channel)
                    heard()  # of what was said while nobody listened
                    while not self._ending.is_set():
                        if words.get_message(ignore_subscribe_messages=True, timeout=LOOKS_S):
                            heard()
            except (RedisError, Refused) as error:
                _LOG.error("Redis: %s", error)
                self._ending.wait(AGAIN_S)

    def close(self) -> None:
        self._ending.set()
        for follower in self._followers:
            follower.join(WAITS_S)
        self._redis.close()
