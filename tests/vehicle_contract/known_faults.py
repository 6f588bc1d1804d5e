"""What the builtin vehicle is known to do otherwise than ArduCopter: test -> fault.

Real ArduCopter has no entry: the contract is what it does.
"""

from __future__ import annotations

from typing import Final

BUILTIN: Final[dict[str, str]] = {}
