"""A process that ends is started again, for ever."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from fleet.process import Refusal
from fleet.stack.children import Child
from fleet.stack.processes import RESTART_PAUSE_S, _keep
from tests.bus.bus_stage import free_port, listening
from tests.fleet.flight_stage import jumping


async def test_a_process_that_cannot_start_again_at_once_is_tried_until_it_can(tmp_path):
    port = free_port()
    arguments = ("broker", "--host", "127.0.0.1", "--port", str(port))
    child = Child("broker", arguments, {}, tmp_path / "broker.log")
    await child.start(30)
    keeping = asyncio.create_task(_keep(child))
    try:
        os.kill(child.pid, signal.SIGKILL)
        with _taken(port):
            async with asyncio.timeout(30):
                while "cannot listen" not in child.log.read_text():
                    assert not keeping.done()
                    await asyncio.sleep(0.1)
        async with asyncio.timeout(30):
            await listening(port)
        assert not keeping.done()
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await child.end()


async def test_a_process_that_says_nothing_is_not_given_the_words_of_its_last_start(tmp_path):
    log = tmp_path / "broker.log"
    log.write_text("dockfleet: the broker cannot listen, some day long ago\n")
    child = Child("broker", ("broker", "--help"), {}, log)
    with pytest.raises(Refusal, match="broker ended at its start"):
        await child.start(30)


def _taken(port):
    """The port, taken as soon as whoever has it is gone."""
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            continue


def test_a_process_that_ran_well_is_started_again_without_a_long_pause():
    class Hourly:
        """Ends every hour."""

        name, log, starts = "controller", Path(), 0
        ended_s = 0.0

        async def wait(self):
            await asyncio.sleep(3600)
            self.ended_s = asyncio.get_running_loop().time()
            return 1

        async def start(self, within_s):
            assert asyncio.get_running_loop().time() - self.ended_s <= RESTART_PAUSE_S + 0.1
            self.starts += 1

    async def main():
        child = Hourly()
        keeping = asyncio.create_task(_keep(child))
        await asyncio.sleep(10 * 3600)
        keeping.cancel()
        assert child.starts == 9

    jumping(main())
