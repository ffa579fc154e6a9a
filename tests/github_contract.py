"""GitHub's published REST contract: check what is asked of it and what answers in its name."""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import ValidationError
from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

_FILE = Path(__file__).parent / "data" / "github" / "openapi-subset.json"
_URI = "urn:github"


# GitHub answers null here, for outdated comments and comments on whole files, and describes an integer.
_ALSO_NULL = (("pull-request-review-comment", "line"), ("pull-request-review-comment", "position"))


@cache
def _description() -> Any:
    described = json.loads(_FILE.read_text(encoding="utf-8"))
    assert described["openapi"].startswith("3.0."), described["openapi"]
    for schema, name in _ALSO_NULL:
        described["components"]["schemas"][schema]["properties"][name]["nullable"] = True
    for schema in ("pull-request", "pull-request-simple"):
        # A fork that was deleted is null, which is not described.
        head = described["components"]["schemas"][schema]["properties"]["head"]["properties"]
        head["repo"] = {"anyOf": [head["repo"], {"type": "object", "nullable": True, "maxProperties": 0}]}
    # GitHub means either, as its schema `installation` says, and describes a user that is an enterprise as well.
    listed = described["paths"]["/app/installations"]["get"]["responses"]["200"]["content"]["application/json"]
    account = listed["schema"]["items"]["properties"]["account"]
    account["anyOf"] = account.pop("allOf")
    _mend(described)
    return described


def _mend(node: Any) -> None:
    """Let a nullable enumeration or choice hold null, which GitHub means and does not always list.

    Discriminators go: they stand where an answer may be an array, which has none; `oneOf` decides alone.
    """
    if isinstance(node, dict):
        node.pop("discriminator", None)
        if node.get("nullable") is True and isinstance(node.get("enum"), list) and None not in node["enum"]:
            node["enum"].append(None)
        if node.get("nullable") is True and isinstance(node.get("oneOf"), list):
            node["oneOf"].append({"nullable": True, "enum": [None]})
        for value in node.values():
            _mend(value)
    elif isinstance(node, list):
        for value in node:
            _mend(value)


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource(_URI, DRAFT4.create_resource(_description()))
    return filled


@cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    def compile_path(template: str) -> re.Pattern[str]:
        rooted = template.replace("/contents/{path}", "/contents(?:/.*)?")  # the root directory has no path
        greedy = re.sub(r"\{(ref|basehead|tree_sha|branch)\}", r"(?:.+)", rooted)
        return re.compile(re.sub(r"\{\w+\}", r"(?:[^/]+)", greedy))

    # A literal segment is more particular than a parameter: the template with fewer of these is asked first.
    ordered = sorted(_description()["paths"], key=lambda template: (template.count("{"), -template.count("/")))
    return [(template, compile_path(template)) for template in ordered]


def _find_operation(method: str, path: str) -> tuple[str, Any]:
    # Where a repository had another name GitHub sends us to its id, and describes that nowhere.
    bare = re.sub(r"^/repositories/[0-9]+(?=/)", "/repos/OWNER/REPO", path.partition("?")[0])
    known = []
    for template, pattern in _templates():
        if pattern.fullmatch(bare):
            operations = _description()["paths"][template]
            if method.lower() in operations:
                return template, operations[method.lower()]
            known.append(template)
    raise AssertionError(f"GitHub describes no {method} {bare} (paths alike: {known})")


def _follow(node: Any, pointer: str) -> tuple[Any, str]:
    while "$ref" in node:
        pointer = node["$ref"]
        node = _description()
        for part in pointer.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node, pointer


_held: set[bytes] = set()


def _follow_reference(validator: Any, reference: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """What `$ref` means, for each value once: the same people and repositories stand in every answer."""
    text = json.dumps([reference, value], sort_keys=True).encode()
    seen = hashlib.blake2b(text, digest_size=16).digest()
    if seen in _held:
        return
    errors = list(OAS30Validator.VALIDATORS["$ref"](validator, reference, value, _schema) or ())
    if not errors:
        _held.add(seen)
    yield from errors


_Validator: Any = extend(OAS30Validator, {"$ref": _follow_reference})  # type: ignore[no-untyped-call]  # it has no types


def _validate(pointer: str, value: Any, what: str) -> None:
    validator = _Validator({"$ref": f"{_URI}{pointer}"}, registry=_registry(), format_checker=oas30_format_checker)
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator.iter_errors(value)]
    assert not errors, f"{what} breaks GitHub's contract:\n" + "\n".join(errors[:20])


def _pointer(template: str, method: str, *parts: str) -> str:
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in ("paths", template, method.lower(), *parts))
    return "#/" + "/".join(escaped)


def check_request(method: str, path: str, body: Any = None) -> None:
    """Raise AssertionError where GitHub describes no such request, or not with that JSON body (None: none)."""
    template, operation = _find_operation(method, path)
    described = operation.get("requestBody")
    if described is None:
        assert body in (None, {}, b""), f"{method} {template} takes no body"
        return
    if body is None:
        assert not described.get("required", False), f"{method} {template} needs a body"
        return
    pointer = _pointer(template, method, "requestBody", "content", "application/json", "schema")
    _validate(pointer, body, f"the request {method} {template}")


def check_response(method: str, path: str, status: int, body: Any) -> None:
    """Raise AssertionError where GitHub would not answer so.

    Redirects, and errors that hold for every route (bad credentials, missing permission, a bad version), are
    not described for each; they are checked as a `basic-error`.
    """
    template, operation = _find_operation(method, path)
    described = operation["responses"].get(str(status))
    if described is None:
        assert status >= 300, f"{method} {template} never answers {status}"
        _validate("#/components/schemas/basic-error", body, f"{status} to {method} {template}")
        return
    node, pointer = _follow(described, _pointer(template, method, "responses", str(status)))
    content = node.get("content", {}).get("application/json")
    if content is None:
        assert body in (None, ""), f"{method} {template} answers {status} without a body"
        return
    _validate(f"{pointer}/content/application~1json/schema", body, f"{status} to {method} {template}")
