"""Imports of JavaScript and TypeScript: relative ones, aliases of `paths`, packages of the tree, `#imports`.

Aliases that only a bundler knows are not read. What begins as they mostly do (`@/`, `~/`, `src/`) is missing, for it
cannot be the name of a package; any other name is that of a package from elsewhere.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.architecture.resolution import Ground, Resolution, Resolver, Target
from app.architecture.resolve.places import directory_of, join, step
from app.architecture.resolve.script_entries import find_entry, find_target, match_target
from app.architecture.resolve.script_files import Files, is_source
from app.architecture.resolve.script_packages import LERNA, PACKAGE, PNPM, Packages
from app.architecture.resolve.script_settings import TEXTS as SETTINGS
from app.architecture.resolve.script_settings import Aliased, AllSettings, Names
from app.core.fit.source_facts import Import

TEXTS: Final = (PACKAGE, PNPM, LERNA, *SETTINGS)

_LONGEST: Final = 1_000
"""Characters of a name that is looked for; a longer one is none."""

_TYPED: Final = (".ts", ".tsx", ".mts", ".cts")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):(?://)?([^?#]*)")
_NAME: Final = re.compile(r"@[^/@]+/(?!\.\.?(?:/|$))[^/@]+|[^/@]+")
_PLATFORMS: Final = frozenset({"node", "bun", "deno", "cloudflare", "workerd"})
_REGISTRIES: Final = frozenset({"npm", "jsr"})
_NODE: Final = frozenset(
    {
        *("assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram"),
        *("diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module"),
        *("net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream"),
        *("string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi"),
        *("worker_threads", "zlib"),
    }
)
"""The modules of Node that go by a name without `node:` (https://nodejs.org/api/modules.html#built-in-modules)."""

_NOTHING: Final = Resolution()


class _Scope(NamedTuple):
    """What names mean to a file: by its settings, and by the directory of the package that it is in."""

    names: Names | None
    home: str


class _Place(NamedTuple):
    """What relative paths mean to a file. `typed`: it is written in TypeScript."""

    directory: str
    typed: bool


class ScriptResolver(Resolver):
    """Resolves what JavaScript and TypeScript import. A module is the path of its file.

    A declaration file beside the JavaScript that it describes belongs to that. A file that is there and is no source
    (a style, a picture, data) is neither taken in nor missing.
    """

    def __init__(self, ground: Ground) -> None:
        self._files = Files(ground.paths)
        self._packages = Packages(ground)
        self._settings = AllSettings(ground, self._find_shared)
        self._texts = ground.texts
        self._entered: dict[str, tuple[_Place, _Scope]] = {}
        self._scopes: dict[tuple[int, str], _Scope] = {}
        self._found: dict[tuple[_Place | int, str], str | Resolution] = {}

    def resolve(self, path: str, imported: Import) -> Resolution:
        """What an import in the file at `path` takes in."""
        place, scope = self._entered.get(path) or self._enter(path)
        target = imported.target
        # a scope is one object for all that see the same names, and lives as long as this
        key = (place if target.startswith(".") or "!" in target else id(scope), target)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(place, scope, target)
        if isinstance(found, Resolution):
            return found
        return Resolution((Target(self.module_of(found), (found,), imported.names),))

    def module_of(self, path: str) -> str:
        """The path itself; of a declaration file that of the module which it describes, if that is beside it."""
        return self._files.module_of(path)

    def _enter(self, path: str) -> tuple[_Place, _Scope]:
        directory = directory_of(path)
        names = self._settings.names_in(path)
        home = self._packages.home_of(directory)
        scope = self._scopes.setdefault((id(names), home), _Scope(names, home))
        entered = self._entered[path] = (_Place(directory, path.endswith(_TYPED)), scope)
        return entered

    def _find(self, place: _Place, scope: _Scope, written: str) -> str | Resolution:
        """The source that an import means, or what else becomes of it."""
        found = self._look_up(place, scope, written)
        return found if isinstance(found, Resolution) or is_source(found) else _NOTHING

    def _look_up(self, place: _Place, scope: _Scope, written: str) -> str | Resolution:
        target = _strip_loaders(written)
        if len(target) > _LONGEST:
            return Resolution(missing=(written[:_LONGEST],))
        if target.startswith(("./", "../")) or target in (".", ".."):
            return self._find_at(place, target) or Resolution(missing=(written,))
        platform = _find_scheme(target)
        return platform if platform is not None else self._find_name(scope, target)

    def _find_at(self, at: _Place, target: str) -> str | None:
        """The file that a relative path means, or the entry or index of that directory."""
        # most are as plain as this; the rest is walked
        plain = target.startswith("./") and target != "./" and "/." not in target and "//" not in target
        place = join(at.directory, target[2:]) if plain else step(at.directory, target)
        if place is None:
            return None
        only_directory = target.endswith(("/", "/.", "/..")) or target in (".", "..")
        found = None if only_directory else self._files.find(place, typed=at.typed)
        return found or self._find_in(place.removesuffix("/"))

    def _find_in(self, directory: str) -> str | None:
        package = self._packages.at(directory)
        entries = package.entries if package is not None else ()
        found = (find_target(package, entry, self._files) for entry in entries if package is not None)
        return next((path for path in found if path is not None), None) or self._files.find_index(directory)

    def _find_name(self, scope: _Scope, target: str) -> str | Resolution:
        aliased = scope.names.match(target) if scope.names is not None else Aliased()
        for place in aliased.places:
            found = self._files.find(place) or self._find_in(place)
            if found is not None:
                return found
        if target.startswith("#"):
            return self._find_imported(scope, target) or Resolution(missing=(target,))
        name = _name_package(target)
        package = self._packages.named(name, scope.home) if name else None
        if package is not None:
            return find_entry(package, f".{target[len(name) :]}", self._files) or Resolution(missing=(target,))
        if name in _NODE:
            return _NOTHING
        alias = aliased.ours and not self._packages.asks_for(name, scope.home)
        ours = not name or name == "src" or alias or self._packages.is_bound(name, scope.home)
        return Resolution(missing=(target,)) if ours else Resolution(external=name)

    def _find_imported(self, scope: _Scope, target: str) -> str | Resolution | None:
        """What `imports` of the package around says of a name with `#`: a file of it, or another package."""
        package = next(self._packages.around(scope.home), None)
        for meant in match_target(package.imports, target) if package is not None else ():
            if not meant.startswith("."):
                return _find_scheme(meant) or Resolution(external=_name_package(meant) or meant)
            found = find_target(package, meant, self._files) if package is not None else None
            if found is not None:
                return found
        return None

    def _find_shared(self, written: str, directory: str) -> str | None:
        """The settings in a package of the tree that others extend."""
        name = _name_package(written)
        package = self._packages.named(name, directory) if name else None
        if package is None:
            return None
        place = step(package.directory, written[len(name) :].lstrip("/") or ".")
        candidates = () if place is None else (place, f"{place}.json", join(place, "tsconfig.json"))
        return next((path for path in candidates if path in self._texts), None)


def _strip_loaders(written: str) -> str:
    """A target without what tools read before and after the path: `!!raw-loader!./x`, `./x?worker`."""
    return written.rpartition("!")[2].partition("?")[0]


def _find_scheme(target: str) -> Resolution | None:
    """What is not a path: a module of the platform, one of a registry, or an address. None for anything else."""
    found = _SCHEME.match(target)
    if found is None:
        return None
    scheme, rest = found[1], found[2]
    if scheme in _PLATFORMS or scheme == "data":
        return _NOTHING
    if scheme in _REGISTRIES:
        return Resolution(external=_name_package(rest.lstrip("/")) or target)
    if scheme in {"http", "https"}:
        return Resolution(external=f"{scheme}://{rest.partition('/')[0]}")
    return Resolution(missing=(target,)) if scheme == "file" else Resolution(external=target)


def _name_package(target: str) -> str:
    """The package of a name with a path; empty for what no package can be called, as `@/x`, `~/x` and `/x`."""
    if target.startswith(("~", "/", "$", ".")):
        return ""
    found = _NAME.match(target)
    return found[0] if found is not None else ""
