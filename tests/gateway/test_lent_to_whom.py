"""Which ground station a drone is lent to, and a script's line to it. Over real sockets, with no
drone behind them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from fleet.clock import Clock
from fleet.lending.leases import Leases
from fleet.lending.script import LARGEST, MOST_UNREAD, line_to, run_script
from fleet.log.events import LeaseEnded, LeaseGranted, LoanRequested
from fleet.log.gate_log import record_news
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.gate import Gate
from fleet.mavlink.gateway import MOST_GUESTS, Gateway
from fleet.process import Refusal
from fleet.sorties.refused import Refused

DRONES = {"U07": 7}


class House:
    def __init__(self, journal: Journal, gate: Gate, gateway: Gateway) -> None:
        self.journal, self.gate, self.gateway = journal, gate, gateway
        self.leases = Leases(journal, gate, gateway, DRONES)

    async def guests(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.gateway.guests) != count:  # noqa: ASYNC110 -- no event tells of it
                await asyncio.sleep(0.01)

    def take_back(self, why: str) -> None:
        now_s = asyncio.get_running_loop().time()
        self.gate.take_back(VehicleAddress(7), "li", now_s, why)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        yield Journal(log, Clock())


@asynccontextmanager
async def house(journal: Journal) -> AsyncIterator[House]:
    gate = Gate(lambda sysid, message: None, partial(record_news, journal, {7: "U07"}))
    watch = lambda sysid, heard: lambda: None  # noqa: E731
    async with Gateway("tcp://127.0.0.1:0", DRONES, watch, gate) as gateway:
        yield House(journal, gate, gateway)


async def test_it_is_the_only_one_connected_or_the_one_that_is_named(journal):
    async with house(journal) as here:
        address = here.gateway.address("U07")
        with pytest.raises(Refused, match=f"no ground station is connected to U07 at {address}"):
            here.leases.guest_of("U07", None)
        async with line_to(address) as first:
            assert here.leases.guest_of("U07", None) == first.name == "U07-1"
            async with line_to(address) as second:
                with pytest.raises(Refused, match="U07-1, U07-2 are connected"):
                    here.leases.guest_of("U07", None)
                assert here.leases.guest_of("U07", second.name) == "U07-2"
                with pytest.raises(Refused, match="U07-9 is not connected"):
                    here.leases.guest_of("U07", "U07-9")
                offered = here.leases.offered("U07", "D07")
                assert [guest.name for guest in offered.guests] == ["U07-1", "U07-2"]


async def test_where_drones_are_not_offered_nobody_is_lent_one(journal):
    gate = Gate(lambda sysid, message: None, lambda news: None)
    leases = Leases(journal, gate, None, DRONES)
    assert leases.offered("U07", "D07") is None
    with pytest.raises(Refused, match="not offered"):
        leases.guest_of("U07", None)


async def test_a_loan_is_given_to_its_holder_while_that_is_connected(journal):
    loan = LoanRequested(
        sortie="S", dock="D07", drone="U07", holder="U07-1", label="QGC", by="li", for_s=60,
        launch_s=20, route={"out": []}, turn_back_wh=30,
    )  # fmt: skip
    async with house(journal) as here:
        async with line_to(here.gateway.address("U07")) as desk:
            assert here.leases.give(loan) is None
            with pytest.raises(Refused, match=r"QGC \(U07-1\) holds the lease for another"):
                here.leases.grant("U07", "U07-2", "", "li", 60)
            assert desk.name == "U07-1"
        await here.guests(0)
        assert not here.leases.is_lent("U07")
        assert "has hung up" in (here.leases.give(loan) or "")
        with pytest.raises(Refused, match="nothing to take back"):
            here.leases.take_back("U07", "li", "")
    (ended,) = [r.fact for r in journal.log.read(kind=LeaseEnded)]
    assert (ended.by, ended.why) == ("gateway", "its holder has hung up")


async def test_a_script_finds_its_drone_and_its_exit_code_is_told(journal, tmp_path):
    script = tmp_path / "calls.py"
    script.write_text(
        "import os, socket, sys\n"
        "address = os.environ['DOCKFLEET_VEHICLE']\n"
        "assert sys.argv[1:] == ['--connect', address], sys.argv\n"
        "_, host, port = address.split(':')\n"
        "with socket.create_connection((host, int(port))) as link:\n"
        "    link.sendall(b'x')\n"
        "raise SystemExit(3)\n"
    )
    async with house(journal) as here, line_to(here.gateway.address("U07")) as line:
        assert await run_script(line, script, ["--connect", "{address}"]) == 3
        assert not line.over.is_set()


async def test_a_script_is_ended_when_its_drone_is_taken_back(journal, tmp_path):
    script = tmp_path / "stays.py"
    script.write_text("import threading\nthreading.Event().wait()\n")
    async with house(journal) as here, line_to(here.gateway.address("U07")) as line:
        here.leases.grant("U07", line.name, "", "li", 600)
        running = asyncio.ensure_future(run_script(line, script, []))
        await asyncio.sleep(0)
        here.take_back("fire")
        assert await running is None
        assert line.why == "Your lease was taken back by li: fire"


async def test_who_finds_no_seat_or_no_gateway_is_told_so(journal):
    async with house(journal) as here:
        calls = [
            await asyncio.open_connection("127.0.0.1", here.gateway.port("U07"))
            for _ in range(MOST_GUESTS)
        ]
        await here.guests(MOST_GUESTS)
        with pytest.raises(Refusal, match="as many guests as it takes"):
            async with line_to(here.gateway.address("U07")):
                pass
        for _, writer in calls:
            writer.close()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    with pytest.raises(Refusal, match="does not answer"):
        async with line_to(f"tcp:127.0.0.1:{port}"):
            pass


async def test_a_script_that_never_reads_does_not_fill_the_memory(journal):
    async with house(journal) as here, line_to(here.gateway.address("U07")) as line:
        server = await asyncio.start_server(line.called, "127.0.0.1", 0)
        _, script = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        script.transport.pause_reading()
        async with asyncio.timeout(20):
            while line._script is None:  # noqa: ASYNC110 -- no event tells of it
                await asyncio.sleep(0.01)
        waiting = []
        for _ in range(1000):
            line._pass_on(bytes(LARGEST))
            waiting.append(line._script.transport.get_write_buffer_size())
            await asyncio.sleep(0)
        assert MOST_UNREAD <= max(waiting) <= MOST_UNREAD + LARGEST
        script.transport.abort()
        server.close()


async def test_a_lease_that_runs_out_is_told_to_its_holder(journal):
    async with house(journal) as here, line_to(here.gateway.address("U07")) as line:
        here.leases.grant("U07", line.name, "QGC", "li", 60)
        here.gate.expire(asyncio.get_running_loop().time() + 61)
        async with asyncio.timeout(20):
            await line.over.wait()
        assert line.why == "Your lease has run out; the controller has the drone"
        assert not here.leases.is_lent("U07")


async def test_after_a_restart_of_the_controller_old_leases_are_put_on_record_as_over(journal):
    journal.record(
        LoanRequested(
            sortie="S", dock="D07", drone="U07", holder="U07-1", label="QGC", by="li", for_s=60,
            launch_s=20, route={"out": []}, turn_back_wh=30,
        ),
        LeaseGranted(drone="U07", holder="U07-1", by="li", for_s=60, label="QGC"),
    )  # fmt: skip
    assert journal.state.sorties["S"].lease.label == "QGC"
    async with house(journal) as here:
        here.leases.end_old()
    assert journal.state.sorties["S"].lease is None
    (ended,) = [r.fact for r in journal.log.read(kind=LeaseEnded)]
    assert (ended.by, ended.why) == ("controller", "the controller was restarted")
