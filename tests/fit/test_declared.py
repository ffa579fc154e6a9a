import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.declared.declaration import Declared
from app.architecture.declared.reading import MOST_FILES, read_declarations, wants_declaration
from app.architecture.reexports import Reexports
from app.architecture.rules import Rules, find_breaks
from tests.fit.graphs import make_graph

TREE = (
    "app/__init__.py",
    "app/web/__init__.py",
    "app/web/page.py",
    "app/jobs.py",
    "app/flows/__init__.py",
    "app/core/__init__.py",
    "app/core/a.py",
)

PYPROJECT = """\
[project]
name = "x"

[tool.importlinter]
root_package = "app"

[[tool.importlinter.contracts]]
name = "Layers"
type = "layers"
containers = ["app"]
layers = [
  "web | jobs",
  "(flows)",
  "core",
]

  [[tool.importlinter.contracts]]
name = "Core is pure"
type = "forbidden"
source_modules = ["app.core"]
forbidden_modules = ["app.web", "httpx"]
"""

INI = """\
[metadata]
name = x
# a comment
[importlinter]
root_package=app

[importlinter:contract:1]
name = Layers: strict
type: layers
layers =
    app.web
    app.core
ignore_imports =
    app.core.a -> app.web.page

[importlinter:contract:2]
name=Apart
type=independence
modules=
  app.jobs
  app.flows
"""


def _read(path: str, text: str, paths: tuple[str, ...] = TREE) -> Declared:
    return read_declarations({path: text}, paths)


def test_contracts_of_pyproject_are_found_on_their_lines_and_become_rules() -> None:
    found = _read("pyproject.toml", PYPROJECT)
    assert [(item.tool, item.line) for item in found.declarations] == [("import-linter", 7), ("import-linter", 17)]
    assert found.declarations[0].text.startswith("Layers (layers); containers: app; layers: web | jobs, (flows), core")
    layers, forbid = found.rules
    assert [(layer.name, layer.paths) for layer in layers.layers] == [
        ("web, jobs", ("app/web/**", "app/jobs.py")),
        ("flows", ("app/flows/**",)),
        ("core", ("app/core/**",)),
    ]
    assert [(rule.source, rule.target) for rule in layers.forbid] == [
        ("app/web/**", "app/jobs.py"),
        ("app/jobs.py", "app/web/**"),
    ]
    assert [(rule.source, rule.target, rule.because) for rule in forbid.forbid] == [
        ("app/core/**", "app/web/**", "Core is pure")
    ]
    assert (layers.whole, forbid.whole) == (True, False)


@pytest.mark.parametrize("path", [".importlinter", "setup.cfg"])
def test_contracts_of_ini_files_are_found_on_their_lines(path: str) -> None:
    found = _read(path, INI)
    assert [item.line for item in found.declarations] == [7, 16]
    assert found.declarations[0].text.startswith("Layers: strict (layers)")
    assert [layer.paths for layer in found.rules[0].layers] == [("app/web/**",), ("app/core/**",)]
    assert found.rules[0].whole is False
    assert [(rule.source, rule.target) for rule in found.rules[1].forbid] == [
        ("app/jobs.py", "app/flows/**"),
        ("app/flows/**", "app/jobs.py"),
    ]


def test_a_contract_can_be_held_against_a_graph() -> None:
    rule = _read("pyproject.toml", PYPROJECT).rules[0]
    graph = make_graph({"app/core/a.py": ["app/jobs.py"], "app/jobs.py": ["app/web/page.py"], "app/web/page.py": []})
    broken = [item.rule for item in find_breaks(graph, Rules(rule.policy), Reexports(graph))]
    assert broken == ["layers: core may not import web, jobs", "forbid: app/jobs.py → app/web/**"]


@pytest.mark.parametrize("root", ["", "src/", "services/x/", "services/x/src/"])
def test_packages_are_found_beside_the_file_in_src_or_where_they_are(root: str) -> None:
    path = f"{root.removesuffix('src/')}pyproject.toml"
    found = _read(path, PYPROJECT, tuple(f"{root}{file}" for file in TREE))
    assert found.rules[0].layers[2].paths == (f"{root}app/core/**",)


def test_wildcards_of_modules_become_those_of_globs() -> None:
    text = PYPROJECT.replace('"app.web", "httpx"', '"app.*.page", "app.web.**"')
    targets = [rule.target for rule in _read("pyproject.toml", text).rules[1].forbid]
    assert targets == ["{app/*/page.py,app/*/page/**}", "app/web/**/**"]


def test_a_kind_of_contract_that_no_rule_of_ours_can_say_is_shown_and_not_translated() -> None:
    text = PYPROJECT.replace('"forbidden"', '"protected"')
    found = _read("pyproject.toml", text)
    assert (len(found.declarations), len(found.rules)) == (2, 1)


CRUISER = """\
{
  // who may use whom
  "forbidden": [
    {"name": "no-web-in-core", "severity": "error",
     "comment": "see ADR 3", "from": {"path": "^src/core"}, "to": {"path": "^src/web"}},
    {"name": "no-orphans", "from": {"orphan": true}, "to": {},},
  ]
}
"""


def test_rules_of_dependency_cruiser_are_found_on_their_lines() -> None:
    found = _read(".dependency-cruiser.json", CRUISER)
    assert [(item.tool, item.line) for item in found.declarations] == [
        ("dependency-cruiser", 4),
        ("dependency-cruiser", 6),
    ]
    assert "^src/web" in found.declarations[0].text
    assert "see ADR 3" in found.declarations[0].text
    assert found.rules == ()


def test_a_program_that_makes_rules_is_shown_by_its_lines_and_not_run() -> None:
    text = "module.exports = {\n  forbidden: [{\n    name: 'no-web',\n    from: {path: '^core'},\n  }],\n};\nthrow 1;\n"
    found = _read("tools/.dependency-cruiser.cjs", text)
    assert [(item.line, item.text) for item in found.declarations] == [
        (3, "name: 'no-web',"),
        (4, "from: {path: '^core'},"),
    ]


ESLINT = """\
{
  "rules": {
    "semi": "error",
    "import/no-restricted-paths": ["error", {"basePath": "./src", "zones": [
      {"target": "./core", "from": "./web", "message": "Core\\n knows no web"},
      {"target": ["./lib", "../tools/*.ts"], "from": "./web/page.ts"},
      {"target": "./core", "from": "./api", "except": ["./types.ts"]},
      {"target": "../../etc", "from": "/root"}
    ]}],
    "boundaries/element-types": [2, {"default": "disallow"}],
    "boundaries/no-unknown": "off"
  },
  "overrides": [{"files": ["*.ts"], "rules": {"import-x/no-restricted-paths": ["warn", {"zones": []}]}}]
}
"""


def test_boundaries_of_eslint_are_found_and_its_zones_become_rules() -> None:
    found = _read(".eslintrc.json", ESLINT, ("src/web/page.ts", "src/core/a.ts"))
    assert [(item.line, item.text.partition(":")[0]) for item in found.declarations] == [
        (4, "import/no-restricted-paths"),
        (10, "boundaries/element-types"),
        (13, "import-x/no-restricted-paths"),
    ]
    assert [(rule.source, rule.target, rule.because) for item in found.rules for rule in item.forbid] == [
        ("src/core/**", "src/web/**", "Core knows no web"),
        ("src/lib/**", "src/web/page.ts", ""),
        ("tools/*.ts", "src/web/page.ts", ""),
    ]


def test_documents_are_found_by_their_headings() -> None:
    text = "# Architecture #\n\ntext\n```sh\n# no heading\n```\n## Layers\n#hash\n##### small\n"
    for path in ("ARCHITECTURE.md", "docs/architecture.md", "docs/adr/0001-x.md", "doc/decisions/2.md"):
        found = _read(path, text)
        assert [(item.line, item.text) for item in found.declarations] == [(1, "Architecture"), (7, "Layers")]
    assert _read("docs/adr/1.md", "no heading").declarations[0].text == "1.md"


@pytest.mark.parametrize(
    "path", ["README.md", "app/core/a.py", "docs/usage.md", "package.json", "x" * 600 + "/adr/1.md"]
)
def test_other_files_are_not_asked_for(path: str) -> None:
    assert not wants_declaration(path)
    assert read_declarations({path: "# x"}, ()) == Declared()


HOSTILE = {
    "pyproject.toml": [
        "x = " + "[" * 50_000,
        "x = " + "9" * 50_000,
        "[tool.importlinter",
        "[tool]\nimportlinter = 3",
        "[tool.importlinter]\nroot_packages = " + str([f"p{number}" for number in range(5_000)]),
        '[tool.importlinter]\nroot_package="app"\ncontracts=[3, {type=1, layers={a=1}}, {type="layers"}]',
        (
            '[tool.importlinter]\nroot_package="app"\n[[tool.importlinter.contracts]]\ntype="layers"\n'
            f"containers={['app'] * 2_000}\nlayers={['a|b|c|d|e'] * 2_000}"
        ),
        (
            '[tool.importlinter]\nroot_package="app"\n[[tool.importlinter.contracts]]\ntype="independence"\n'
            f"modules={['app.' + 'x' * 600, *[f'app.m{number}' for number in range(9_000)]]}"
        ),
        "\x00\ud800",
    ],
    ".importlinter": [
        "[importlinter]\n" + "a" + " " * 200_000 + "b",
        "[importlinter:contract:x]\nlayers=\n" + " a\n" * 50_000,
        "]\n[\n=\n:\n[]\n key\n[importlinter:]\n=x\n[importlinter]\nroot_package=../..\n",
        "[importlinter:a]\n" * 10_000,
    ],
    ".dependency-cruiser.json": ["[" * 100_000, "{", '{"forbidden": [1, null, {"name": 3}, {"name": "\\ud800"}]}', "3"],
    ".dependency-cruiser.js": ["name:" * 40_000, "name:\n" * 40_000, "{" * 200_000],
    ".eslintrc.json": [
        (
            '{"rules": {"import/no-restricted-paths": ["error", {"zones": '
            '[{"target": "\\ud800", "from": "a[", "message": "\\ud800"}]}]}}'
        ),
        '{"rules": {"import/no-restricted-paths": ["error", 3]}, "overrides": {"a": 1}, "settings": []}',
        '{"rules": {"import/no-restricted-paths": []}}',
        '{"rules": {"import/no-restricted-paths": ["error", {"zones": [{"target": '
        + str([f"./a{number}" for number in range(3_000)]).replace("'", '"')
        + ', "from": '
        + str([f"./b{number}" for number in range(3_000)]).replace("'", '"')
        + "}]}]}}",
    ],
    "ARCHITECTURE.md": [
        "# " + " " * 200_000 + "x",
        "#" * 200_000,
        "```\n" * 60_000,
        "# \x1b[31m\u202e",
        "# x\n" * 50_000,
    ],
}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in HOSTILE.items() for text in texts])
def test_hostile_files_cost_little_and_raise_nothing(path: str, text: str) -> None:
    started = time.monotonic()
    found = _read(path, text)
    assert time.monotonic() - started < 5
    assert len(found.declarations) <= 200
    for rule in found.rules:
        assert rule.policy is not None
    assert all(item.text.isprintable() and len(item.text) <= 400 for item in found.declarations)


@given(text=st.text(alphabet="[]{}=:\"'\n \\a.,|()*#", max_size=200), path=st.sampled_from(sorted(HOSTILE)))
def test_no_text_raises(text: str, path: str) -> None:
    _read(path, text)
    _read(path, "[importlinter]\nroot_package=app\n[importlinter:contract:1]\n" + text)


def test_what_cannot_be_read_is_named_with_the_reason() -> None:
    texts = {"pyproject.toml": "x = [", "a/.eslintrc.json": "{", "ARCHITECTURE.md": "x" * 300_000}
    unread = {item.path: item.reason for item in read_declarations(texts, ()).unread}
    assert unread["pyproject.toml"] == "it is no TOML"
    assert unread["ARCHITECTURE.md"] == "the file is too large"
    assert set(unread) == set(texts)


def test_no_more_files_are_read_than_anybody_keeps() -> None:
    texts = {f"docs/adr/{number:04}.md": "# A decision" for number in range(MOST_FILES + 3)}
    found = read_declarations(texts, ())
    assert (len(found.declarations), len(found.unread)) == (MOST_FILES, 3)
