"""What pipelines and images ask for: actions of workflows, images of Dockerfiles and Compose files.

The forms: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses,
https://docs.docker.com/reference/dockerfile/#from, https://docs.docker.com/reference/compose-file/services/#image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest

_LONGEST_LINE = 2_000
_MOST_WORDS = 200
_USES = re.compile(r"(?:^|[\s{,-])[\"']?uses[\"']?[ \t]*:(?:[ \t]+|$)(?:[\"']([^\"']*)|([^\s\"'#,}]*))")
_IMAGE = re.compile(r"(?:^|[\s{,-])[\"']?(?:image|container)[\"']?[ \t]*:[ \t]+(?:[\"']([^\"']*)|([^\s\"'#,}{]+))")
_BELOW = frozenset({"", "|", ">", "|-", ">-", "|+", ">+"})
"""What stands for a value on the line below."""

_FROM = re.compile(r"\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_COPIES = frozenset({"copy", "add", "run"})
_ARG = re.compile(r"\s*ARG\s+(\w+)=[\"']?([^\s\"']*)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")


def read_workflow(text: str) -> Manifest:
    """Actions and reusable workflows of other repositories, and images, of a workflow or an action."""
    declared: list[Declared] = []
    awaited = False
    for number, line in enumerate(text.split("\n"), 1):
        bare = line[:_LONGEST_LINE].rstrip()
        if bare.lstrip().startswith("#"):
            continue
        if awaited and bare:
            declared += _read_action(bare.strip().strip("\"'"), number)
            awaited = False
        if found := _USES.search(bare):
            value = (found[1] or found[2] or "").strip()
            awaited = value in _BELOW
            declared += [] if awaited else _read_action(value, number)
        elif image := _IMAGE.search(bare):
            declared += _read_image((image[1] or image[2]).removeprefix("docker://"), number)
    return Manifest(tuple(declared))


def read_compose(text: str) -> Manifest:
    """The images of services."""
    found = [
        (number, _IMAGE.search(line[:_LONGEST_LINE]))
        for number, line in enumerate(text.split("\n"), 1)
        if "image" in line[:_LONGEST_LINE] and not line.lstrip().startswith("#")
    ]
    images = [(number, image[1] or image[2]) for number, image in found if image is not None]
    return Manifest(tuple(each for number, image in images for each in _read_image(_fill(image, {}), number)))


def read_dockerfile(text: str) -> Manifest:
    """The images that stages begin with or copy from, arguments in their default values."""
    declared: list[Declared] = []
    stages: set[str] = set()
    arguments: dict[str, str] = {}
    for number, line in _join_lines(text):
        if argument := _ARG.match(line):
            arguments.setdefault(argument[1], _fill(argument[2], arguments))
        begun = _FROM.match(line)
        if begun:
            image = _fill(begun[1], arguments)
            declared += [] if image.lower() in stages else _read_image(image, number)
            stages.add((begun[2] or "").lower())
        for copied in () if begun else _list_copied(line):
            image = _fill(copied, arguments)
            declared += [] if image.isdigit() or image.lower() in stages else _read_image(image, number)
    return Manifest(tuple(declared))


def _list_copied(line: str) -> Iterator[str]:
    """The stages and images that an instruction copies from or mounts."""
    verb, *words = line.split()[:_MOST_WORDS] or [""]
    for word in words if verb.lower() in _COPIES else ():
        option, _, value = word.partition("=")
        if option == "--from" and value:
            yield value
        elif option == "--mount":
            yield from (part.removeprefix("from=") for part in value.split(",") if part.startswith("from="))


def _read_action(value: str, line: int) -> Iterator[Declared]:
    if value.startswith("docker://"):
        yield from _read_image(value.removeprefix("docker://"), line)
        return
    where, _, version = value.partition("@")
    owner, _, rest = where.partition("/")
    if rest and owner not in ("", ".", ".."):
        yield Declared(Ecosystem.ACTIONS, f"{owner}/{rest.partition('/')[0]}", line, version)


def _read_image(image: str, line: int) -> Iterator[Declared]:
    """A reference to an image: its name, and what follows its tag or digest as version."""
    where, _, digest = image.partition("@")
    head, slash, last = where.rpartition("/")
    name, _, tag = last.partition(":")
    whole = f"{head}{slash}{name}"
    if whole and whole != "scratch" and not whole.startswith((".", "$")):
        yield Declared(Ecosystem.DOCKER, whole, line, "@".join(part for part in (tag, digest) if part))


def _fill(written: str, arguments: dict[str, str]) -> str:
    """Variables replaced by what is known of them; others stay as they are written."""
    filled = _VARIABLE.sub(lambda found: arguments.get(found[1] or found[3]) or found[2] or found[0], written)
    return filled[:_LONGEST_LINE]


def _join_lines(text: str) -> Iterator[tuple[int, str]]:
    """Instructions, each with its first line."""
    begun, parts = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.rstrip()
        if bare.lstrip().startswith("#"):
            continue
        begun = begun or number
        if len(parts) <= _LONGEST_LINE:
            parts += bare[:_LONGEST_LINE].removesuffix("\\") + " "
        if not bare.endswith("\\"):
            yield begun, parts
            begun, parts = 0, ""
    if parts:
        yield begun, parts
