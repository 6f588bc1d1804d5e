"""What a district sets for its console, in `console.yaml` beside its other files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from command.acts import sentence_of
from command.people.rights import Right, ask_kinds, right_for_kind
from fleet.process import Refusal

FILE: Final = "console.yaml"
ACTS: Final = tuple(
    kind.model_fields["ask"].default for kind in ask_kinds() if right_for_kind(kind) is Right.ACT
)


def _known(act: str) -> str:
    if act not in ACTS:
        raise ValueError(f"there is no act {act!r}; there are {', '.join(ACTS)}")
    return act


def _address(url: str) -> str:
    """A secret does not travel in the clear, unless it stays on this machine."""
    try:
        at = urlsplit(url)
        port = at.port
    except ValueError as error:
        raise ValueError(f"it is no address: {error}") from None
    if at.scheme not in ("https", "http") or not at.hostname or port == 0:
        raise ValueError("an address is expected, as https://host/path")
    if at.username is not None or at.password is not None or at.fragment:
        raise ValueError("an address without user, password and fragment is expected")
    if at.scheme == "http" and at.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("https is expected; http only on this machine")
    if not url.isascii() or any(letter.isspace() for letter in url):
        raise ValueError("an address has no spaces, and no letters beyond ASCII")
    return url


class Serializer(StrEnum):
    """How Socket.IO's packets are written."""

    JSON = "json"  # as our page and every client has it by default
    MSGPACK = "msgpack"  # as npm's socket.io-msgpack-parser has it: for programs


class WebhookSettings(BaseModel):
    """Another system that is told of events."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_address)] = Field(max_length=2000)
    secret_from: str = Field(
        pattern=r"^[A-Z][A-Z0-9_]*$", description="The environment variable with the secret."
    )
    events: tuple[str, ...] = Field(
        default=(), description="Kinds of events, as IncidentReported; all without it."
    )


def _tiles(url: str) -> str:
    """XYZ names its three places; anything else must be a PMTiles file."""
    _address(url)
    named = [url.count(each) for each in ("{z}", "{x}", "{y}")]
    if named not in ([1, 1, 1], [0, 0, 0]):
        raise ValueError("XYZ tiles are expected with {z}, {x} and {y}, each once")
    at = urlsplit(url)
    if named == [0, 0, 0] and not at.path.endswith(".pmtiles"):
        raise ValueError("a URL with {z}, {x} and {y} is expected, or that of a .pmtiles file")
    if any(mark in at.netloc for mark in "*{};,'\""):
        raise ValueError("the host must be named in full")
    return url


class TileSettings(BaseModel):
    """A map from elsewhere under the console's own layers, in Web Mercator on WGS-84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_tiles)] = Field(max_length=2000)
    attribution: str = Field(default="", max_length=200, description="Whose map it is.")
    max_zoom: int = Field(default=18, ge=1, le=22, description="The nearest that it has.")

    @property
    def origin(self) -> str:
        at = urlsplit(self.url)
        return f"{at.scheme}://{at.netloc}"


class ConsoleSettings(BaseModel):
    """Nothing needs a second person unless it is named: at night there may be only one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    two_person: tuple[Annotated[str, AfterValidator(_known)], ...] = Field(
        default=(), description="Acts that a second person must confirm, by name."
    )
    two_person_minutes: float = Field(
        default=5, ge=1, le=60, description="How long such an act waits for the second person."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Proxies in front of the console, each of which adds to X-Forwarded-For; with "
        "0 nobody's word for an address is taken.",
    )
    webhooks: tuple[WebhookSettings, ...] = Field(default=(), max_length=20)
    tiles: TileSettings | None = Field(
        default=None, description="A map under the console's own layers; none without it."
    )


USUAL: Final = ConsoleSettings()


def read_settings(path: Path) -> ConsoleSettings:
    """
    Raises:
        Refusal: if the file cannot be read or says what it may not.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ConsoleSettings.model_validate({} if found is None else found)
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise Refusal(f"{path} is no YAML: {' '.join(str(error).split())[:300]}") from None
    except ValidationError as error:
        raise Refusal(f"{path}: {sentence_of(error)}") from None
