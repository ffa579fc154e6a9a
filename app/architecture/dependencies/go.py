"""What Go modules ask for: go.mod (https://go.dev/ref/mod#go-mod-file)."""

from __future__ import annotations

from collections.abc import Iterator

from app.architecture.dependencies.declared import Declared, Ecosystem, Manifest


def read_go_mod(text: str) -> Manifest:
    """What is required, and what takes the place of something by `replace`, unless it lies in a directory."""
    declared: list[Declared] = []
    own: tuple[tuple[Ecosystem, str], ...] = ()
    for number, verb, words, comment in _list_directives(text):
        if verb == "module" and words:
            own = ((Ecosystem.GO, words[0]),)
        elif verb == "require" and len(words) >= 2:
            indirect = comment.split(";")[0].strip() == "indirect"
            declared.append(Declared(Ecosystem.GO, words[0], number, words[1], indirect=indirect))
        elif verb == "replace" and "=>" in words:
            meant = words[words.index("=>") + 1 :]
            if meant and not meant[0].startswith((".", "/")):
                declared.append(Declared(Ecosystem.GO, meant[0], number, " ".join(meant[1:])))
    return Manifest(tuple(declared), own)


def _list_directives(text: str) -> Iterator[tuple[int, str, list[str], str]]:
    """Line, verb, its words without quotes, and the comment behind."""
    block = ""
    for number, line in enumerate(text.split("\n"), 1):
        code, _, comment = line.partition("//")
        words = [word.strip('"`') for word in code.split()]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield number, block, words, comment
        elif words[-1] == "(":
            block = words[0]
        else:
            yield number, words[0], words[1:], comment
