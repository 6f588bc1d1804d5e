"""Finding the `arducopter` program and its command line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from fleet.process import Refusal
from sitl.craft import CraftSpec

DEFAULTS = Path(__file__).with_name("copter.parm")
FRAME = Path(__file__).with_name("frame.json")  # drag and battery of the drone it stands for


def find_arducopter(given: str | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The program: as given, else ``$ARDUCOPTER``, else on PATH.

    Raises:
        Refusal: if there is none, or what was named cannot be run.
    """
    named = given or environment.get("ARDUCOPTER")
    found = shutil.which(named or "arducopter", path=environment.get("PATH"))
    if found:
        return Path(found).absolute()
    if named:
        raise Refusal(f"{named} is not a program that can be run; expected ArduPilot's arducopter")
    raise Refusal(
        "no arducopter was found on PATH; build ArduPilot's SITL (waf copter) and name the program "
        "by --arducopter or $ARDUCOPTER, or fly the builtin vehicle instead"
    )


def command_line(
    program: Path,
    craft: CraftSpec,
    controller: str,
    coupling: str,
    speedup: float,
    defaults: Sequence[Path] = (DEFAULTS,),
) -> list[str]:
    """The process's arguments. ``controller`` and ``coupling`` are HOST:PORT. Of the files of
    ``defaults`` a later one overrides.

    Serial 0 calls the controller, serial 1 the coupling to the docks, both by UDP, so that the
    process never waits for a connection and never stalls on output nobody reads. The instance
    number keeps the processes' other ports apart.
    """
    home = f"{craft.lat:.7f},{craft.lon:.7f},{craft.alt_amsl_m:.2f},{craft.heading_deg:g}"
    return [
        str(program),
        *("--model", f"+:{FRAME.name}"),  # read from the directory the process runs in
        *("--speedup", f"{speedup:g}"),
        *("--instance", str(craft.sysid)),
        *("--sysid", str(craft.sysid)),
        *("--home", home),
        *("--defaults", ",".join(map(str, defaults))),
        *("--serial0", f"udpclient:{controller}"),
        *("--serial1", f"udpclient:{coupling}"),
        *("--serial2", "none:"),
        *("--rate", "400"),  # twice the autopilot's loop rate, set in the defaults
        "-w",  # parameters from the defaults, not from an earlier run
    ]
