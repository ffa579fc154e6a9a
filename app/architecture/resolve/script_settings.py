"""What `tsconfig.json` and `jsconfig.json` say of names: `extends`, `baseUrl`, `paths`, and which files they are for.

See https://www.typescriptlang.org/tsconfig. A cycle of `extends` ends where it closes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from app.architecture.resolution import Ground
from app.architecture.resolve.json_with_comments import read_object, take_object, take_text, take_texts
from app.architecture.resolve.places import TOP, climb, directory_of, join, name_of, step
from app.core.text.globs import BadGlob, Glob

TEXTS: Final = (
    *("tsconfig*.json", "*.tsconfig.json", "jsconfig*.json", "*-tsconfig.json"),
    *("tsconfig*/*.json", "*-tsconfig/*.json", "*typescript-config/*.json", "*ts-config/*.json"),
)
"""Globs of files with settings, as far as they can be told by their names."""

_NAMES: Final = ("tsconfig.json", "jsconfig.json")
_LONGEST_CHAIN: Final = 32
_MOST_REFERENCES: Final = 50
_MOST_GLOBS: Final = 5_000
"""Of all settings together: each takes memory. Settings whose globs are not read are for no file."""

_MOST_PLACES: Final = 20
"""That one name of `paths` may mean, and names that begin alike."""

FindShared = Callable[[str, str], str | None]
"""The file that settings mean which extend a package: its name with a path, and the directory that asks."""


class _Said(NamedTuple):
    """A value of a file, and the directory that its paths start from."""

    directory: str
    value: object


class Aliased(NamedTuple):
    """The places that a name may mean, best first. `ours`: the settings say that it is in the tree."""

    places: tuple[str, ...] = ()
    ours: bool = False


_Places = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What names mean that are no relative paths. Those that mean the same in a tree are one object.

    `base` is the directory that they may start from. Of `paths`, `exact` are the names as they are, `patterns` those
    with `*` by what stands before it, with what stands after it.
    """

    base: str | None
    exact: Mapping[str, _Places]
    patterns: Mapping[str, tuple[tuple[str, _Places], ...]]

    def match(self, target: str) -> Aliased:
        """Of several patterns that of the longest begin counts. One for all names says nothing about any of them."""
        aliased = self._match_paths(target)
        based = None if self.base is None else step(self.base, target)
        return aliased if based is None else Aliased((*aliased.places, based), aliased.ours)

    def _match_paths(self, target: str) -> Aliased:
        if target in self.exact:
            return _say(self.exact[target], "", ours=True)
        for size in range(len(target) if self.patterns else -1, -1, -1):
            for after, places in self.patterns.get(target[:size], ()):
                if target.endswith(after) and len(target) >= size + len(after):
                    return _say(places, target[size : len(target) - len(after)], ours=size > 0)
        return Aliased()


@dataclass(frozen=True, slots=True)
class Settings:
    """What one file of settings comes to with those that it extends. `globs` is None where it is for all below it."""

    names: Names
    files: frozenset[str] = frozenset()
    globs: tuple[Glob, ...] | None = None
    without: tuple[Glob, ...] = ()
    references: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether a file belongs to what is compiled with these settings."""
        if path in self.files:
            return True
        if any(glob.matches(path) for glob in self.without):
            return False
        return self.globs is None or any(glob.matches(path) for glob in self.globs)


class _Around(NamedTuple):
    """The settings in the directories above a file, nearest first. `alike`: names mean the same by all of them."""

    settings: tuple[Settings, ...] = ()
    alike: bool = True


class AllSettings:
    """The settings of a tree, read when they are asked for."""

    def __init__(self, ground: Ground, find_shared: FindShared) -> None:
        self._texts = ground.texts
        self._find_shared = find_shared
        self._said: dict[str, dict[str, _Said]] = {}
        self._made: dict[str, Settings] = {}
        self._names: dict[object, Names] = {}
        self._around: dict[str, _Around] = {}
        self._globs_left = _MOST_GLOBS

    def names_in(self, path: str) -> Names | None:
        """By the nearest settings above a file that are for it; else by the nearest ones; None where there are none."""
        directory = directory_of(path)
        around = self._around.get(directory) or self._look_around(directory)
        if not around.settings:
            return None
        covering = () if around.alike else (settings for settings in around.settings if settings.covers(path))
        return next(iter(covering), around.settings[0]).names

    def _look_around(self, directory: str) -> _Around:
        found = _Around()
        for above in reversed(list(climb(directory))):
            known = self._around.get(above)
            if known is None:
                own = tuple(self._list_at(above))
                known = self._around[above] = _make_around((*own, *found.settings)) if own else found
            found = known
        return found

    def _list_at(self, directory: str) -> Iterator[Settings]:
        """The settings in a directory, with all those that they refer to."""
        waiting = [path for name in reversed(_NAMES) if (path := join(directory, name)) in self._texts]
        seen: set[str] = set()
        while waiting and len(seen) < _MOST_REFERENCES:
            path = waiting.pop()
            if path not in seen:
                seen.add(path)
                settings = self._make(path)
                yield settings
                waiting.extend(reversed(settings.references))

    def _make(self, path: str) -> Settings:
        if path not in self._made:
            self._made[path] = self._put_together(path)
        return self._made[path]

    def _put_together(self, path: str) -> Settings:
        said = self._read(path, frozenset())
        own = directory_of(path)
        listed, included = said.get("files"), said.get("include")
        only_files = listed is not None and included is None
        return Settings(
            names=self._share(_read_names(said, own)),
            files=frozenset(_list_places(listed, own)),
            globs=() if only_files else None if included is None else self._read_globs(included, own),
            without=self._read_globs(said.get("exclude"), own),
            references=tuple(self._list_references(said.get("references"), own)),
        )

    def _read_globs(self, said: _Said | None, own: str) -> tuple[Glob, ...]:
        globs = tuple(islice(_list_globs(said, own), self._globs_left))
        self._globs_left -= len(globs)
        return globs

    def _share(self, names: Names) -> Names:
        key = (names.base, tuple(names.exact.items()), tuple(names.patterns.items()))
        return self._names.setdefault(key, names)

    def _read(self, path: str, around: frozenset[str]) -> dict[str, _Said]:
        """What a file says, over what those say that it extends: of several the last one first."""
        if path in self._said:
            return self._said[path]
        if path in around or len(around) >= _LONGEST_CHAIN or path not in self._texts:
            return {}
        directory = directory_of(path)
        values = read_object(self._texts[path])
        said: dict[str, _Said] = {}
        for extended in take_texts(values.get("extends")):
            place = self._find_extended(extended, directory)
            if place is not None:
                said |= self._read(place, around | {path})
        said.pop("references", None)
        options = take_object(values.get("compilerOptions"))
        for source, keys in ((options, ("baseUrl", "paths")), (values, ("files", "include", "exclude", "references"))):
            said |= {key: _Said(directory, source[key]) for key in keys if source.get(key) is not None}
        self._said[path] = said
        return said

    def _find_extended(self, extended: str, directory: str) -> str | None:
        if not extended.startswith("."):
            return self._find_shared(extended, directory)
        return self._complete(step(directory, extended))

    def _list_references(self, said: _Said | None, own: str) -> Iterator[str]:
        references = said.value if said is not None and isinstance(said.value, list) else []
        for reference in references[:_MOST_REFERENCES]:
            written = take_text(take_object(reference).get("path"))
            found = None if written is None else self._complete(step(own, written))
            if found is not None:
                yield found

    def _complete(self, place: str | None) -> str | None:
        """The file of settings that a place means: itself, with its ending, or that in the directory."""
        if place is None:
            return None
        candidates = (place, f"{place}.json", join(place, _NAMES[0]))
        return next((path for path in candidates if path in self._texts), None)


def _make_around(settings: tuple[Settings, ...]) -> _Around:
    return _Around(settings, all(each.names is settings[0].names for each in settings))


def _place(said: _Said | None, own: str) -> str | None:
    text = None if said is None else take_text(said.value)
    return None if said is None or text is None else _step(said.directory, text, own)


def _step(directory: str, written: str, own: str) -> str | None:
    """`${configDir}` is the directory of the settings that extend the others, at their end."""
    if written.startswith("${configDir}"):
        return step(own, written.removeprefix("${configDir}").lstrip("/"))
    return step(directory, written)


def _list_places(said: _Said | None, own: str) -> Iterator[str]:
    for text in () if said is None else take_texts(said.value):
        place = _step(said.directory, text, own) if said is not None else None
        if place is not None:
            yield place


def _list_globs(said: _Said | None, own: str) -> Iterator[Glob]:
    """Globs over whole paths; a last segment without `*` or ending means all below it."""
    for place in _list_places(said, own):
        escaped = "".join(f"\\{char}" if char in "[]{}\\" else char for char in place)
        last = name_of(place)
        below = escaped == TOP or ("*" not in last and "." not in last.lstrip("."))
        try:
            if below:
                yield Glob.parse("**" if place == TOP else f"{escaped}/**")
            else:
                yield Glob.parse(escaped)
        except BadGlob:
            continue


def _read_names(said: Mapping[str, _Said], own: str) -> Names:
    base = _place(said.get("baseUrl"), own)
    paths = said.get("paths", _Said(own, None))
    exact: dict[str, _Places] = {}
    patterns: defaultdict[str, list[tuple[str, _Places]]] = defaultdict(list)
    for name, written in take_object(paths.value).items():
        found = (_step(base or paths.directory, text, own) for text in take_texts(written)[:_MOST_PLACES])
        places = tuple(place for place in found if place is not None)
        before, star, after = name.partition("*")
        if not star:
            exact[name] = places
        elif len(patterns[before]) < _MOST_PLACES:
            patterns[before].append((after, places))
    return Names(base, exact, {before: tuple(some) for before, some in patterns.items()})


def _say(places: tuple[str, ...], middle: str, *, ours: bool) -> Aliased:
    filled = (step(TOP, place.replace("*", middle, 1)) for place in places)
    inside = tuple(place for place in filled if place is not None)
    installed = bool(inside) and all("node_modules" in place.split("/") for place in inside)
    return Aliased(inside, ours and not installed)
