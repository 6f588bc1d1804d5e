"""Two consoles of one district, as processes, with one Redis and one database of people."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from command.acts import Refused
from command.people.house import People, open_people
from command.people.lockout import FAILURES_FREE
from command.people.rights import Role
from command.people.routes import SIGN_INS_ALLOWED
from command.redis_shelf import RedisShelf
from command.shelf import OwnShelf, Shelf
from fleet.bus import Topics
from fleet.clock import Clock
from fleet.process import Refusal
from tests.command.console_stage import (
    PASSWORD,
    PATIENCE_S,
    Officer,
    Stage,
    bearer,
    eventually,
    free_port,
    settled,
    staged,
)

REDIS = shutil.which("redis-server")
ROOT = Path(__file__).parents[2]
PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if REDIS is None:
        pytest.skip("no redis-server on this machine: install the package redis-server")
    port, directory = free_port(), tmp_path_factory.mktemp("redis")
    command = [
        REDIS,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(directory),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    probe = Redis(port=port)

    def answers() -> bool:
        try:
            return bool(probe.ping())
        except RedisAway:
            return False

    try:
        eventually(answers)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        probe.close()
        process.terminate()
        process.wait()


@pytest.fixture(params=["memory", "redis"])
def shelf(request: pytest.FixtureRequest) -> Iterator[Shelf]:
    made: Shelf = OwnShelf()
    if request.param == "redis":
        made = RedisShelf(request.getfixturevalue("redis_url"), f"shelf-{request.node.name}")
    yield made
    made.close()


def test_a_text_is_changed_by_one_at_a_time_and_not_by_who_fails(shelf: Shelf) -> None:
    def count() -> None:
        for _ in range(20):
            with shelf.opened("count") as text:
                text.now = str(int(text.now or 0) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    def fail() -> None:
        with shelf.opened("count") as text:
            text.now = "lost"
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with shelf.opened("count") as text:
        assert text.now == "80"


def test_of_two_workers_one_is_the_first_and_each_hears_what_the_other_changes(
    redis_url: str,
) -> None:
    one, other = RedisShelf(redis_url, "two"), RedisShelf(redis_url, "two")
    stranger = RedisShelf(redis_url, "elsewhere")
    heard = threading.Semaphore(0)
    other.listen(heard.release)  # called once at the beginning, too
    assert heard.acquire(timeout=PATIENCE_S)
    assert [each.is_first("event 7") for each in (one, other, stranger)] == [True, False, True]
    with one.opened("requests") as text:
        text.now = "[]"
    assert heard.acquire(timeout=PATIENCE_S)
    for each in (one, other, stranger):
        each.close()


def test_a_redis_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(Refusal, match=r"the Redis of --redis does not answer"):
        RedisShelf(f"redis://127.0.0.1:{free_port()}/0", "nowhere")


def test_a_text_that_another_holds_for_too_long_is_refused(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("command.redis_shelf.WAITS_S", 0.2)
    one, other = RedisShelf(redis_url, "held"), RedisShelf(redis_url, "held")
    with one.opened("text"), pytest.raises(Refused, match="cannot be had now"):
        other.opened("text").__enter__()
    for each in (one, other):
        each.close()


@dataclass(frozen=True)
class Pair:
    """A controller with a console, which is another's; and the two that are looked at."""

    stage: Stage
    addresses: tuple[str, str]
    people: People
    keys: dict[str, str]

    def post(self, at: int, who: str, path: str, **kwargs: Any) -> requests.Response:
        url = f"{self.addresses[at]}/api/v1{path}"
        headers = {**bearer(self.keys[who]), **kwargs.pop("headers", {})}
        return requests.post(url, headers=headers, timeout=PATIENCE_S, **kwargs)


@pytest.fixture(scope="module")
def pair(broker: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp("pair")
    url = f"sqlite:///{directory}/shared.db"
    people = open_people(url, Clock.wall_now)
    for name in ("li", "wu"):
        people.roster.add(name, Role.DUTY_OFFICER)
    keys = {name: settled(people, name) for name in ("li", "wu")}
    chosen = directory / "console.yaml"
    chosen.write_text("two_person: [take_back_lease]\n")
    with ExitStack() as stack:
        stage = stack.enter_context(staged(broker, Topics("pair"), directory))
        addresses = []
        for _ in range(2):
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "fleet", "console", "--port", "0", "--broker", broker),
                    *("--district", "pair", "--people", url, "--settings", str(chosen)),
                    *("--redis", redis_url),
                ],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            assert process.stdout is not None
            stack.callback(process.stdout.close)
            addresses.append(json.loads(process.stdout.readline())["address"])
        for address in addresses:
            ready = f"{address}/readyz"
            eventually(lambda ready=ready: requests.get(ready, timeout=PATIENCE_S).ok)
        yield Pair(stage, (addresses[0], addresses[1]), people, keys)


def test_an_act_repeated_at_the_other_console_gets_the_first_answer(pair: Pair) -> None:
    once = {"Idempotency-Key": "night-7"}
    first = pair.post(0, "li", "/incidents", json=PLACE, headers=once)
    before = len(pair.stage.controller.asked)
    again = pair.post(1, "li", "/incidents", json=PLACE, headers=once)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(pair.stage.controller.asked) == before
    other = pair.post(1, "li", "/incidents", json={**PLACE, "note": "x"}, headers=once)
    assert (other.status_code, "used for a different" in other.json()["detail"]) == (422, True)


def test_what_was_asked_for_at_one_console_is_confirmed_at_the_other(pair: Pair) -> None:
    second = Officer(pair.addresses[1], pair.keys["wu"])
    second.next("snapshot")
    held = pair.post(0, "li", "/drones/U01/lease/take-back", json={"reason": "silent"})
    assert held.json()["code"] == "needs_second"
    request = second.next("requests")["requests"][-1]
    assert (request["act"], request["asked_by"]) == ("take_back_lease", "li")
    answer = second.client.call(
        "confirm", {"request": request["id"]}, namespace="/ops", timeout=PATIENCE_S
    )
    assert answer["body"]["state"] == "done"
    asked = pair.stage.controller.asked[-1]
    assert (asked.ask, asked.by, asked.reason) == ("take_back_lease", "li", "silent")
    url = f"{pair.addresses[0]}/api/v1/requests"
    seen = requests.get(url, headers=bearer(pair.keys["li"]), timeout=PATIENCE_S).json()
    assert [each["state"] for each in seen["requests"]] == ["done"]
    second.leave()


def sign_in(address: str, name: str, password: str) -> requests.Response:
    body = {"name": name, "password": password}
    return requests.post(f"{address}/api/v1/session", json=body, timeout=PATIENCE_S)


@pytest.mark.parametrize("name", ["wu", "nobody"])
def test_a_name_is_locked_at_both_consoles_whoever_has_it(pair: Pair, name: str) -> None:
    for number in range(FAILURES_FREE):
        assert sign_in(pair.addresses[number % 2], name, "guess").status_code == 401
    for address in pair.addresses:
        refused = sign_in(address, name, PASSWORD)
        assert (refused.status_code, refused.json()["code"]) == (429, "locked")


def test_what_is_asked_of_both_consoles_is_counted_once(pair: Pair) -> None:
    allowed = int(SIGN_INS_ALLOWED.partition("/")[0])
    told = [
        sign_in(pair.addresses[number % 2], f"nobody-{number}", "guess").json()["detail"]
        for number in range(allowed + 1)
    ]
    assert told[-1].startswith(f"{allowed} per 1 minute")


def test_a_session_that_ends_at_one_console_is_over_at_the_other(pair: Pair) -> None:
    key = pair.people.roster.new_token("li", "short")
    url = f"{pair.addresses[1]}/api/v1/snapshot"
    assert requests.get(url, headers=bearer(key), timeout=PATIENCE_S).ok
    ended = requests.delete(
        f"{pair.addresses[0]}/api/v1/session", headers=bearer(key), timeout=PATIENCE_S
    )
    assert ended.status_code == 204
    assert requests.get(url, headers=bearer(key), timeout=PATIENCE_S).status_code == 401
