"""Walks the code of ``fleet/``: what could put a MAVLink message on a wire without the gate."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "fleet").rglob("*.py"))

# Bytes leave by these calls only, from these functions only.
WRITES = {
    ("fleet/mavlink/links.py", "UdpListener.send"): "the wire itself",
    ("fleet/mavlink/links.py", "TcpCaller.send"): "the wire itself",
    ("fleet/mavlink/links.py", "SerialLink._write"): "the wire itself",
    ("fleet/mavlink/gateway.py", "Outbox.run"): "to a ground station, never to a vehicle",
}
# A link's `send` and the gate's; the reason why each of these callers may.
SENDS = {
    ("fleet/mavlink/reactor.py", "Reactor._carry"): "what the gate has passed",
    ("fleet/mavlink/reactor.py", "Reactor._heartbeats"): "a heartbeat: no target, no command",
    ("fleet/mavlink/conversation.py", "_Running.take"): "into the gate",
    ("fleet/mavlink/conversation.py", "_Running.run"): "into the gate",
    ("fleet/mavlink/guest.py", "Guest._pass"): "into the gate",
}
# Who may turn a message into bytes, or hand out a sequence of its own.
ENCODES = {
    ("fleet/mavlink/codec.py", ""): "reads only",
    ("fleet/mavlink/codec.py", "Encoder.__init__"): "the reactor's",
    ("fleet/mavlink/codec.py", "Encoder.encode"): "the reactor's",
    ("fleet/mavlink/codec.py", "retargeted"): "what a vehicle said, for a ground station",
    ("fleet/mavlink/guest.py", "Guest.__init__"): "what a ground station is told",
    ("fleet/mavlink/reactor.py", "Reactor.__init__"): "one encoder, one sequence",
    ("fleet/mavlink/reactor.py", "Reactor._encoder_for"): "what the gate has passed, as a guest's",
    ("fleet/mavlink/reactor.py", "Reactor._carry"): "what the gate has passed",
    ("fleet/mavlink/reactor.py", "Reactor._heartbeats"): "a heartbeat: no target, no command",
}
# Who makes messages: exchanges, which hand them to whoever runs them, and the heartbeat.
MAKES = {
    "fleet/mavlink/ask_message.py": {"command_long"},
    "fleet/mavlink/command.py": {"command_int", "command_long"},
    "fleet/mavlink/dataflash.py": {"log_request_list", "log_request_data", "log_request_end"},
    "fleet/mavlink/drone_id.py": {
        "open_drone_id_basic_id",
        "open_drone_id_operator_id",
        "open_drone_id_self_id",
        "open_drone_id_system",
    },
    "fleet/mavlink/ftp_packet.py": {"file_transfer_protocol"},
    "fleet/mavlink/guest.py": {"command_ack", "mission_ack", "statustext"},  # to a ground station
    "fleet/mavlink/key_setup.py": {"setup_signing"},
    "fleet/mavlink/mission.py": {
        "mission_count",
        "mission_item_int",
        "mission_request_list",
        "mission_request_int",
        "mission_ack",
    },
    "fleet/mavlink/params.py": {"param_request_read", "param_set"},
    "fleet/mavlink/reactor.py": {"heartbeat"},
    "fleet/mavlink/timesync.py": {"timesync"},
}
# Who may hold the reactor's way to the wire: the gate alone.
CARRIES = {("fleet/mavlink/reactor.py", "Reactor.__init__")}


class Calls(ast.NodeVisitor):
    """Names used in a module, each with the function it is used in."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.found: list[tuple[str, str, ast.AST]] = []  # function, name, the thing it is used on

    def _enter(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.inside.append(node.name)
        self.generic_visit(node)
        self.inside.pop()

    visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _enter  # noqa: N815

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.found.append((".".join(self.inside), node.attr, node.value))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.found.append((".".join(self.inside), node.id, node))


def uses(source: str) -> list[tuple[str, str, str]]:
    """(function, name, what it is an attribute of) of all names used in a source text."""
    calls = Calls()
    calls.visit(ast.parse(source))
    return [(where, name, ast.unparse(of)) for where, name, of in calls.found]


def everywhere() -> list[tuple[str, str, str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), where, name, of)
        for path in SOURCES
        for where, name, of in uses(path.read_text("utf-8"))
    ]


USES = everywhere()


def test_bytes_leave_only_by_the_links() -> None:
    writes = {
        (path, where)
        for path, where, name, of in USES
        if name in ("sendto", "sendall", "send_bytes", "writelines")
        or (name == "write" and path.startswith("fleet/mavlink/"))
    }
    assert writes == set(WRITES)


def test_nothing_is_handed_to_a_link_but_by_the_gate_and_the_heartbeat() -> None:
    sends = {(path, where) for path, where, name, of in USES if name == "send"}
    assert sends == set(SENDS)


def test_only_the_reactor_makes_bytes_of_messages() -> None:
    encodes = {
        (path, where)
        for path, where, name, of in USES
        if name in ("Encoder", "MAVLink")
        or (name == "pack" and of != "struct")
        or (name == "encode" and "encoder" in of)
        if not (path == "fleet/mavlink/reactor.py" and not where)
    }
    assert encodes == set(ENCODES)


def test_messages_are_made_only_by_exchanges_and_the_heartbeat() -> None:
    made: dict[str, set[str]] = {}
    for path, _, name, _ in USES:
        if name.startswith("MAVLink_") and name.endswith("_message"):
            kind = name.removeprefix("MAVLink_").removesuffix("_message")
            made.setdefault(path, set()).add(kind)
    assert made == MAKES


def test_the_way_to_the_wire_is_given_to_the_gate_alone() -> None:
    given = {(path, where) for path, where, name, of in USES if name == "_carry" and of == "self"}
    inside_the_gate = {
        ("fleet/mavlink/gate.py", "Gate.__init__"),
        ("fleet/mavlink/gate.py", "Gate.send"),
    }
    assert given == CARRIES | inside_the_gate


def test_nobody_uses_pymavlinks_own_connections() -> None:
    imports = {
        f"{path.name}: {ast.unparse(node)}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "mavutil" in ast.unparse(node)
    }
    assert imports == set()


@pytest.mark.parametrize(
    "source",
    [
        "def f(link, r):\n    link.send(r, b'x')",
        "def f(v):\n    v._talk.gate._carry(1, m)",
        "class A:\n    def f(self):\n        send = self._link.send\n        send(None, b'x')",
    ],
)
def test_the_walk_sees_what_goes_round_the_gate(source: str) -> None:
    names = {name for _, name, _ in uses(source)}
    assert names & {"send", "_carry"}
