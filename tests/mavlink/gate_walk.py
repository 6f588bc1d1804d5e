"""Finds in a source text what could put a MAVLink message on a wire without passing the gate."""

from __future__ import annotations

import ast
from typing import Final, NamedTuple

# Names under which bytes leave a process, or a message a link; as attributes of anything, as bare
# names, and as texts, by which getattr, methodcaller or a dictionary of attributes would reach
# them.
SENDING: Final = frozenset(
    {
        *("send", "sendto", "sendall", "sendmsg", "sendfile", "send_bytes", "send_fds"),
        *("sock_sendall", "sock_sendto", "sock_sendfile", "write", "writev", "pwrite"),
        *("writelines", "_carry"),
    }
)
# Ways to open a wire.
OPENING: Final = frozenset(
    {
        *("create_datagram_endpoint", "create_connection", "create_unix_connection"),
        *("open_connection", "open_unix_connection", "start_server", "socketpair", "fromfd"),
        *("Popen", "connect_write_pipe"),
    }
)
# Ways to make packets.
PACKING: Final = frozenset({"MAVLink", "Encoder", "mavlink_connection", "MAVLinkSigning"})
# Leave for acts on many drones.
GRANTING: Final = frozenset({"ConfirmedAct"})
# Ways to reach a name that is not written out, so that this walk could not see it.
HIDING: Final = frozenset(
    {
        *("eval", "exec", "__import__", "attrgetter", "methodcaller"),
        *("__getattribute__", "__builtins__"),
    }
)
_REACHING: Final = frozenset({"getattr", "setattr", "delattr"})
_SCREEN: Final = frozenset({"sys.stdout", "sys.stderr"})
_LIBRARY: Final = "mavlink"  # whose constants are read by names that are put together


class Find(NamedTuple):
    """``where`` is the function, ``what`` the name, ``of`` what it is used on."""

    where: str
    what: str
    of: str


class _Walk(ast.NodeVisitor):
    def __init__(self, names: frozenset[str]) -> None:
        self._names, self._inside = names, list[str]()
        self.found: list[Find] = []

    def _enter(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _enter  # noqa: N815

    def _find(self, what: str, of: str) -> None:
        self.found.append(Find(".".join(self._inside), what, of))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        of = ast.unparse(node.value)
        if of not in _SCREEN and (node.attr in self._names or _makes(node.attr)):
            self._find(node.attr, of)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if _makes(node.id) or (node.id in self._names and isinstance(node.ctx, ast.Load)):
            self._find(node.id, "")

    def visit_alias(self, node: ast.alias) -> None:
        last = node.name.rpartition(".")[2]
        if "mavutil" in node.name or (last in self._names and node.asname not in (None, last)):
            self._find(node.name, "import")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if "mavutil" in (node.module or ""):
            self._find(str(node.module), "import")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and (node.value in self._names or "mavutil" in node.value):
            self._find(node.value, "text")

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _REACHING and len(node.args) > 1 and not _is_plain(node):
            self._find(name, ast.unparse(node.args[0]))
        self.generic_visit(node)


def _makes(name: str) -> bool:
    return name.startswith("MAVLink_") and name.endswith("_message")


def _is_plain(call: ast.Call) -> bool:
    """Whether the attribute is written out, or the library's own constants are read."""
    of_library = isinstance(call.args[0], ast.Name) and call.args[0].id == _LIBRARY
    return of_library or isinstance(call.args[1], ast.Constant)


def finds(source: str, names: frozenset[str] = SENDING | OPENING | PACKING | HIDING) -> list[Find]:
    """All uses of these names in a source text, and of what makes messages."""
    walk = _Walk(names)
    walk.visit(ast.parse(source))
    return walk.found
