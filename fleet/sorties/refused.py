"""What is answered to an act that cannot be done."""

from __future__ import annotations


class Refused(Exception):
    """An act that cannot be done; ``code`` is for programs, the text for people."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)
