"""Runs a DroneKit script: ``python -m fleet.dronekit_runner FILE.py ARGUMENTS``.

DroneKit 2.9.2, the last there is, uses a name that Python 3.10 took out of ``collections``. It is
put back here, in the script's own process, before the script imports anything.
"""

from __future__ import annotations

import collections
import collections.abc
import runpy
import sys


def restore_name() -> None:
    """Makes DroneKit importable."""
    collections.MutableMapping = collections.abc.MutableMapping  # type: ignore[attr-defined]


def main() -> None:
    restore_name()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
