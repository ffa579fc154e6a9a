"""What a push may change elsewhere so that a hunk which was read as harmless no longer is: each makes it new."""

from __future__ import annotations

import pytest

from app.core.change.diff import FilePatch, FileStatus, Hunk, Patch
from app.core.change.memory.since import Around, Since, look_since
from tests.core.changes import change, change_file, diff_texts


def look(*delta: FilePatch, now: Patch | None = None) -> Since | None:
    """What a push reaches. By default all of it is still part of the change, so somebody will read it."""
    return look_since(change(*delta), change(*delta) if now is None else now)


def bears(delta: FilePatch, on: FilePatch, now: Patch | None = None) -> bool:
    since = look(delta, now=now)
    around = Around(on.hunks, on.path)
    return since is None or any(since.bears(on, hunk, around) for hunk in on.hunks)


def added(path: str, *lines: str) -> FilePatch:
    return change_file(path, ["old"], ["old", *lines])


def edited(path: str, old: str, new: str, *, above: str = "", below: str = "") -> FilePatch:
    frame = [text.split("\n") if text else [] for text in (above, below)]
    both = [[*frame[0], *text.split("\n"), *frame[1]] for text in (old, new)]
    return change_file(path, both[0], both[1])


PAGE = added("app/page.py", "    return clean(settings.debug, retries)")


@pytest.mark.parametrize(
    ("delta", "on"),
    [
        pytest.param(
            edited("pkg/__init__.py", "from .safe import clean", "from .loose import clean"), PAGE, id="handed on anew"
        ),
        pytest.param(
            edited("pkg/__init__.py", "from .safe import (", "from .loose import (", below="    clean,\n    other,\n)"),
            PAGE,
            id="handed on anew over several lines",
        ),
        pytest.param(
            edited("index.ts", "export { clean } from './safe'", "export { clean } from './loose'"), PAGE, id="exported"
        ),
        pytest.param(added("pkg/__init__.py", "from .loose import *"), PAGE, id="everything of a module"),
        pytest.param(added("index.js", "export * from './loose'"), PAGE, id="everything exported"),
        pytest.param(added("boot.py", "text.clean = print"), PAGE, id="a name put in its place"),
        pytest.param(added("boot.py", "    setattr(text, 'clean', print)"), PAGE, id="set by its name"),
        pytest.param(added("boot.rb", "  alias_method :clean, :raw"), PAGE, id="another name for it"),
        pytest.param(
            edited("text.py", "@checked", "@cached", below="def clean(a, b):\n    pass"), PAGE, id="its decorator"
        ),
        pytest.param(
            edited("text.rs", "#[inline]", "#[cold]", below="pub fn clean(a: i32) {}"), PAGE, id="its attribute"
        ),
        pytest.param(
            edited("conf.py", "    debug = False", "    debug = True", above="class Conf:"),
            PAGE,
            id="a class attribute",
        ),
        pytest.param(edited("conf.py", '    "debug": 0,', '    "debug": 1,', above="X = {"), PAGE, id="a key"),
        pytest.param(edited("conf.json", '  "debug": false', '  "debug": true', above="{"), PAGE, id="JSON"),
        pytest.param(edited("conf.yml", "  debug: no", "  debug: yes", above="app:"), PAGE, id="a deeper key of YAML"),
        pytest.param(edited("Dockerfile", "ENV retries=3", "ENV retries=0", above="FROM x"), PAGE, id="a variable"),
        pytest.param(
            edited(
                "conf.py", "        self.debug = False", "        self.debug = True", above="    def __init__(self):"
            ),
            PAGE,
            id="an attribute of an object",
        ),
        pytest.param(
            edited("Text.cs", "    x();", "    y();", above="  public async Task<bool> clean(Request r)\n  {"),
            PAGE,
            id="a brace on a line of its own",
        ),
        pytest.param(
            edited("text.c", "    x();", "    y();", above="static int clean(struct req *r)\n{"), PAGE, id="plain C"
        ),
        pytest.param(edited("text.rb", "    x", "    y", above="  def self.clean(a)"), PAGE, id="of a class in Ruby"),
        pytest.param(edited("text.kt", "    x()", "    y()", above="fun String.clean() ="), PAGE, id="an extension"),
        pytest.param(edited("text.lua", "  x()", "  y()", above="function M.clean(a)"), PAGE, id="of a table in Lua"),
        pytest.param(
            edited("key.rs", "    x()", "    y()", above="impl From<Raw> for Key {\n  fn from(raw: Raw) -> Key {"),
            added("page.rs", "    let key = Key::from(raw);"),
            id="a trait for a type",
        ),
        pytest.param(
            edited("guards.py", "    deny()", "    pass", above="def guarded(view):"),
            edited("views.py", "    a()", "    b()", above="@guarded\ndef drop(user):"),
            id="a decorator around it",
        ),
        pytest.param(
            edited("guards.py", "        deny()", "        pass", above="class Guarded:\n    def enter(self):"),
            edited("views.py", "        a()", "        b()", above="class Page(Guarded):\n    def drop(self):"),
            id="a class that it inherits from",
        ),
        pytest.param(
            edited("conf.py", "LIMIT = 5", "LIMIT = 0"),
            edited("views.py", "    a()", "    b()", above="def drop(user, most=LIMIT):"),
            id="a default of an argument",
        ),
        pytest.param(
            edited("match.py", "    x()", "    y()", above="def match(a):"), added("p.py", "    match(a)"), id="match"
        ),
        pytest.param(
            change_file("pkg/clean.py", [], ["import os"]),
            added("p.py", "from pkg import clean"),
            id="a file of its name",
        ),
        pytest.param(
            edited("views/clean.html", "{{ text }}", "{{ text|safe }}"),
            added("p.py", "    render('clean.html')"),
            id="a template",
        ),
        pytest.param(
            added("job.yml", "      - run: python tools/wipe.py"),
            added("tools/wipe.py", "rmtree('/')"),
            id="what runs it",
        ),
        pytest.param(
            added("job.yml", "      - run: python tools/wipe.py"),
            edited("tools/wipe.py", "tidy('/tmp')", "tidy('/')", above="def tidy(path):\n    rmtree(path)\n"),
            id="what runs it, below a definition",
        ),
        pytest.param(
            FilePatch("pkg/clean.so", "pkg/clean.so", FileStatus.MODIFIED, binary=True),
            added("p.py", "from pkg import clean"),
            id="a binary file of its name",
        ),
    ],
)
def test_what_is_changed_elsewhere_makes_what_depends_on_it_new(delta: FilePatch, on: FilePatch) -> None:
    assert bears(delta, on)


@pytest.mark.parametrize(
    "delta",
    [
        edited("ship.py", "    retries = 1", "    retries = 2", above="def ship(parcel):"),
        edited("ship.py", "    sent = 1", "    sent = 2", above="class Parcel:"),
        edited("ship.py", "@app.route('/a')", "@app.route('/b')", below="def ship(parcel):\n    pass"),
        edited("ship.json", '  "weight": 1', '  "weight": 2', above="{"),
        edited("docs/ship.md", "Ship it clean.", "Ship it cleaner."),
        added("ship.py", "from pkg import ship"),
    ],
)
def test_what_is_of_no_concern_leaves_it_read(delta: FilePatch) -> None:
    assert not bears(delta, PAGE)


GUARD = change_file("app/page.py", ["def show():", "    audit(user)", "    draw()"], ["def show():", "    draw()"])
WITHOUT, WITH = ["def run(step):", "    step()"], ["def run(step):", "    audit(user)", "    step()"]


def test_a_guard_that_had_moved_is_missed_where_it_was_once_its_new_place_loses_it() -> None:
    taken_back = change_file("app/chain.py", WITH, WITHOUT)

    assert bears(taken_back, GUARD, now=change(GUARD))
    assert bears(change_file("app/chain.py", WITH, [*WITHOUT, "    log()"]), GUARD, now=change(GUARD))
    # The change may take away an equal line of the base, and that is no sign that nothing else was lost.
    assert bears(taken_back, GUARD, now=change(GUARD, taken_back))


def test_a_line_of_the_base_that_comes_back_bears_on_who_did_the_same_elsewhere() -> None:
    back = change_file("app/chain.py", WITHOUT, WITH)

    assert bears(back, GUARD, now=change(GUARD))
    assert not bears(back, GUARD, now=change(GUARD, back))


def test_a_file_that_only_gets_another_name_loses_nothing() -> None:
    gone = change_file("app/chain.py", WITH, [], status=FileStatus.REMOVED)
    come = change_file("app/links.py", [], WITH)
    since = look(gone, come, now=change(GUARD))

    assert since is not None
    assert not since.lost
    other = look(gone, change_file("app/links.py", [], WITHOUT), now=change(GUARD))
    assert other is not None
    assert "audit" in other.lost


def test_empty_files_that_come_and_go_hide_nothing_that_is_lost() -> None:
    gone = change_file("a.txt", [], [], status=FileStatus.REMOVED)
    come = change_file("b.txt", [], [], status=FileStatus.ADDED)
    since = look(gone, come, change_file("app/chain.py", WITH, WITHOUT), now=change(GUARD))

    assert since is not None
    assert "audit" in since.lost


def test_a_long_line_is_read_in_a_moment() -> None:
    for text in (" " * 1999, "a " * 999, "a." * 999, '"' * 1999, "(" * 1999, "a=" * 999, "@" * 1999, "a <" * 600):
        hunk: tuple[Hunk, ...] = diff_texts(["x"], ["x", *[text] * 20])
        assert Around(hunk, "a.py").reach(hunk[0]) is not None
