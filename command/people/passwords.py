"""Passwords: Argon2id, one-time passwords, and what makes a password too weak."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST = 10
LONGEST = 200  # so that nobody makes the console hash megabytes
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is misread when written down
_HASHER = PasswordHasher()  # the library's defaults follow RFC 9106
_NOBODYS = _HASHER.hash(secrets.token_urlsafe())


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; takes as long when there is nobody of that name."""
    try:
        _HASHER.verify(password_hash or _NOBODYS, password[:LONGEST])
    except VerificationError:
        return False
    return password_hash is not None


def one_time() -> str:
    """Four groups of four, to be read out over a telephone: 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def weakness(password: str, name: str) -> str | None:
    """Why it will not do, or None."""
    if len(password) < SHORTEST:
        return f"the password must have at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"the password must have at most {LONGEST} characters"
    if name.lower() in password.lower():
        return "the password must not contain the name"
    if len(set(password)) < 5:
        return "the password must have at least 5 different characters"
    return None
