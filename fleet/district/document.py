"""One YAML or GeoJSON file, read against its model with every fault found and located."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Path_ = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of one file."""

    file: str
    line: int | None
    key: str  # path to the value, e.g. docks[3].at[1]; empty for the file as a whole
    found: str
    expected: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        key = f", {self.key}" if self.key else ""
        return f"{where}{key}: found {self.found}, expected {self.expected}"


class Unreadable(Exception):
    """A file that holds no values to check, with its fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_document(path: Path, model: type[BaseModel]) -> tuple[BaseModel | None, list[Fault]]:
    """The file's value, or None with every fault in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, [Fault(path.name, None, "", "no such file", f"a file in {path.parent}")]
    except (OSError, UnicodeDecodeError) as error:
        return None, [Fault(path.name, None, "", f"unreadable: {error}", "a UTF-8 text file")]
    return parse_document(path.name, text, model, is_json=path.name.endswith("json"))


def parse_document(
    name: str, text: str, model: type[BaseModel], is_json: bool
) -> tuple[BaseModel | None, list[Fault]]:
    """The value of a text that came from the file ``name``, or None with every fault in it."""
    try:
        data, root = _parsed(name, text, is_json)
        faults = [_twice(name, node, key) for key, node in _repeated(root)]
        body = json.dumps(data, ensure_ascii=False, default=str).encode()
    except Unreadable as unreadable:
        return None, [unreadable.fault]
    except (TypeError, ValueError, RecursionError) as error:
        return None, [Fault(name, None, "", f"no plain values: {error}", "keys and values")]
    try:
        value = model.model_validate_json(body, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, faults + [_fault(name, root, model, one) for one in details]
    return (None if faults else value), faults


def _parsed(name: str, text: str, is_json: bool) -> tuple[Any, yaml.Node | None]:
    """The values and the nodes they come from; JSON is read as JSON, its nodes as YAML's."""
    if is_json:
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            found = f"broken JSON ({error.msg}, column {error.colno})"
            raise Unreadable(Fault(name, error.lineno, "", found, "valid JSON")) from None
        try:
            return data, yaml.compose(text, Loader=_Loader)
        except (yaml.YAMLError, ValueError):  # what YAML 1.1 cannot take, e.g. tabs: lines unknown
            return data, None
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        return (None if root is None else loader.construct_document(root)), root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        found = f"broken YAML ({error.problem or error.context})"
        raise Unreadable(Fault(name, line, "", found, "valid YAML")) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(Fault(name, None, "", f"broken YAML ({error})", "valid YAML")) from None
    finally:
        loader.dispose()


def _repeated(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Keys given twice in one mapping: YAML and JSON would silently take the last."""
    pending, seen_nodes = [root] if root is not None else [], set()
    while pending:
        node = pending.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[Any] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    yield key.value, key
                seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
                pending.append(value)


def _twice(name: str, node: yaml.Node, key: str) -> Fault:
    return Fault(name, node.start_mark.line + 1, key, "the key a second time", "each key once")


def _fault(name: str, root: yaml.Node | None, model: type[BaseModel], one: ErrorDetails) -> Fault:
    location = one["loc"]
    line, walked = _locate(root, location)
    kind, given = one["type"], one["input"]
    if kind == "missing":
        return Fault(name, line, _dotted(walked), "nothing", f"the key '{location[-1]}'")
    if kind == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        near = get_close_matches(str(location[-1]), known, 1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        return Fault(
            name, line, _dotted(walked), "an unknown key", f"one of {', '.join(known)}{hint}"
        )
    return Fault(name, line, _dotted(walked), _shown(given), _expected(one) + _swap_hint(root, one))


def _locate(root: yaml.Node | None, location: Path_) -> tuple[int | None, Path_]:
    """The line of the deepest node on the way, and the way itself, without the tags of unions."""
    node, mark, walked = root, None if root is None else root.start_mark, []
    for part in location:
        below = _child(node, part)
        if below is not None:
            node, mark = below
            walked.append(part)
        elif part == location[-1] or node is None:
            walked.append(part)
    return (None if mark is None else mark.line + 1), tuple(walked)


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return value, key.start_mark
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    return None


def _dotted(path: Path_) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)[:80]


def _expected(one: ErrorDetails) -> str:
    match one["type"]:
        case "string_type":
            hint = "; put it in quotes" if isinstance(one["input"], (int, float)) else ""
            return f"text{hint}"
        case "float_type" | "finite_number":
            return "a finite number"
        case "int_type" | "int_from_float":
            return "a whole number"
        case "bool_type":
            return "true or false"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "keys and values"
        case "tuple_type" | "list_type":
            return "a list"
        case "string_pattern_mismatch":
            return f"text of the form {one['ctx']['pattern']}"
    return one["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


def _swap_hint(root: yaml.Node | None, one: ErrorDetails) -> str:
    """A latitude beyond 90 is most often a longitude in the wrong place."""
    limits = one.get("ctx", {})
    given = one["input"]
    if limits.get("le") != 90 or not isinstance(given, (int, float)) or not 90 < given <= 180:
        return ""
    return "; longitude and latitude: are the two swapped?"


def _known_keys(model: Any, location: Path_) -> list[str]:
    """The keys that the model knows at this place of a document."""
    for part in location:
        model = _below(model, part)
    fields = getattr(model, "model_fields", {})
    return list(fields)


def _below(model: Any, part: str | int) -> Any:
    if isinstance(model, type) and issubclass(model, BaseModel):
        return model.model_fields[str(part)].annotation if part in model.model_fields else model
    origin, inner = typing.get_origin(model), typing.get_args(model)
    if origin in (typing.Union, types.UnionType):  # the part is the tag of a discriminated union
        return next((m for m in inner if str(part) in str(_tags(m))), None)
    return inner[-1] if origin is dict else inner[0] if inner else None


def _tags(model: Any) -> tuple[Any, ...]:
    kind = getattr(model, "model_fields", {}).get("type")
    return () if kind is None else typing.get_args(kind.annotation)
