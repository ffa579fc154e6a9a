"""Breaks in Python, each of which has to be reported."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, LAYERS, Case, Link
from tests.fit.planted.python_tree import CYCLE, PAST, TREE, UP

TAX = "shop/core/tax.py"

WAYS = {
    "from a package": f"from shop.web import views  # {UP}\n",
    "a dotted module": f"import shop.web.views  # {UP}\n",
    "under another name": f"import shop.web.views as v  # {UP}\n",
    "a name of a module": f"from shop.web.views import show  # {UP}\n",
    "everything of a module": f"from shop.web.views import *  # {UP}\n",
    "relative to the package above": f"from ..web import views  # {UP}\n",
    "relative to a module": f"from ..web.views import show as s  # {UP}\n",
    "in a function": f"def tax():\n    from shop.web import views  # {UP}\n\n    return views\n",
    "in a class": f"class Tax:\n    from shop.web import views  # {UP}\n",
    "if something can be imported": (
        f"try:\n    import fast\nexcept ImportError:\n    from shop.web import views as fast  # {UP}\n"
    ),
    "for the type checker": (
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.web.views import show  # {UP}\n"
    ),
    "a name on its own line": (
        f"from shop import (\n    core,\n    web,  # {UP}\n    store,\n)\n\nprint(core, web, store)\n"
    ),
    "with a backslash": f"from shop.web \\\n    import views  # {UP}\n",
    "two on one line": f"import os, shop.web.views, shop.web.forms  # {UP}; {UP.removeprefix('breaks ')}\n",
    "after a semicolon": f"import os; import shop.web.views  # {UP}\n",
    "by a literal": f'import importlib\n\nV = importlib.import_module("shop.web.views")  # {UP}\n',
    "by a literal in a function": (
        f'from importlib import import_module\n\n\ndef f():\n    return import_module("shop.web.views")  # {UP}\n'
    ),
    "by the built-in": f'V = __import__("shop.web.views")  # {UP}\n',
    "the same one twice": f"import shop.web.views  # {UP}\n\n\ndef f():\n    import shop.web.views\n",
    "by a literal in two pieces": f'import importlib\n\nV = importlib.import_module("shop." "web.views")  # {UP}\n',
    "by a literal with numbers for letters": (
        f'import importlib\n\nV = importlib.import_module("shop.\\x77eb.views")  # {UP}\n'
    ),
    "by name of the argument": f'import importlib\n\nV = importlib.import_module(name="shop.web.views")  # {UP}\n',
    "relative to a package that is named": (
        f'import importlib\n\nV = importlib.import_module("..web.views", package="shop.core")  # {UP}\n'
    ),
    "by a function under another name": (
        f'from importlib import import_module as load\n\nV = load("shop.web.views")  # {UP}\n'
    ),
    "with another name for a letter": f"from shop.\U0001d430\U0001d41e\U0001d41b import views  # {UP}\n",
    "behind a comment that a carriage return ends": f"# Taxes.\rfrom shop.web import views  # {UP}\n",
    "beside a name that is longer than any": f"from shop.web import views, {'a' * 600}  # {UP}\n",
    "deep within": "".join(f"{' ' * depth}if 1:\n" for depth in range(80))
    + f"{' ' * 80}import shop.web.views  # {UP}\n",
    "before a fault of syntax": f"from shop.web import views  # {UP}\n\n\ndef broken(:\n    return (\n",
    "after a fault of syntax": f"def broken(:\n    return 1\n\n\nfrom shop.web import views  # {UP}\n",
}
"""What the tax of the core says, by the way in which it takes in what is above it."""

HANDED = {"shop/kit.py": "def show():\n    return 1\n", TAX: "from shop.kit import show\n\nRATE = show()\n"}
"""A core that takes a name from a file in no layer."""

CASES = (
    *(Case(name, {TAX: text}) for name, text in WAYS.items()),
    Case("a new file", {"shop/core/new.py": f"from shop.web import views  # {UP}\n"}),
    Case("a new package", {"shop/core/new/__init__.py": f"from ...web import views  # {UP}\n"}),
    Case("a package without a file of its own", {"shop/core/deep/er/new.py": f"import shop.web.views  # {UP}\n"}),
    Case("a stub", {"shop/core/tax.pyi": f"from shop.web.views import show  # {UP}\n\nRATE: int\n"}),
    Case("past a layer", {"shop/web/forms.py": f"from shop.store import rows  # {PAST}\n"}),
    Case(
        "from the lowest layer to the highest",
        {"shop/store/rows.py": "from shop.web import forms  # breaks layers: store may not import web\n"},
    ),
    Case(
        "two rules at once",
        {TAX: f"from shop.web import forms  # {UP}; forbid: shop/core/** → **/forms.py\n"},
        base={".github/lintel.yml": f'{LAYERS}    - {{from: "shop/core/**", to: "**/forms.py"}}\n'},
    ),
    Case(
        "through the package's own file",
        {"shop/__init__.py": "from shop.web.views import show\n", TAX: f"from shop import show  # {UP}\n"},
    ),
    Case("through a file in no layer", {TAX: f"from shop.kit import show  # {UP}\n"}),
    Case(
        "the file between changes alone",
        {"shop/kit.py": f"from shop.web.views import show  # {UP}\n"},
        base=HANDED,
    ),
    Case(
        "the file between hands on everything",
        {"shop/kit.py": f'"""Kit."""\n\nfrom shop.web.views import *  # {UP}\n'},
        base=HANDED,
    ),
    Case(
        "through two files in no layer",
        {"shop/kit.py": f"from shop.box import show  # {UP}\n", "shop/box.py": "from shop.web.views import show\n"},
        base=HANDED,
    ),
    Case(
        "moved from no layer into one, as it is",
        {"shop/kit.py": None, "shop/core/kit.py": f"from shop.web.views import show  # {UP}\n{'# x' * 50}\n"},
        base={"shop/kit.py": f"from shop.web.views import show  # {UP}\n{'# x' * 50}\n"},
    ),
    Case(
        "moved from the web into the core, as it is",
        {
            "shop/web/views.py": None,
            "shop/kit.py": None,
            "tests/test_shop.py": None,
            "shop/core/views.py": f"from shop.web.forms import form  # {UP}\n\nVALUES = [{'1, ' * 40}]\n",
        },
        base={"shop/web/views.py": f"from shop.web.forms import form  # {UP}\n\nVALUES = [{'1, ' * 40}]\n"},
    ),
    Case(
        "what is imported moves up",
        {
            "shop/core/rates.py": None,
            "shop/web/rates.py": "RATES = {'de': 19, 'fr': 20, 'at': 20, 'nl': 21}\n",
            TAX: f"from shop.web.rates import RATES  # {UP}\n",
        },
        base={
            "shop/core/rates.py": "RATES = {'de': 19, 'fr': 20, 'at': 20, 'nl': 21}\n",
            TAX: "from shop.core.rates import RATES\n",
        },
    ),
    Case(
        "over a link to a package",
        {"shop/core/pages": Link("../web"), TAX: f"from shop.core.pages import views  # {UP}\n"},
    ),
    Case(
        "over a link to a file",
        {"shop/core/pages.py": Link("../web/views.py"), TAX: f"from shop.core import pages  # {UP}\n"},
    ),
    Case("over a link in no layer", {"shop/pages": Link("web"), TAX: f"from shop.pages.views import show  # {UP}\n"}),
    Case(
        "a link is pointed elsewhere",
        {"shop/pages": Link("web")},
        base={"shop/pages": Link("store"), "shop/store/views.py": "X = 1\n", TAX: "from shop.pages import views\n"},
        also=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case("a directory of other people's code", {"shop/core/vendor/new.py": f"import shop.web.views  # {UP}\n"}),
    Case(
        "what says that it is generated",
        {"shop/core/new_pb2.py": f"# Generated by a program. DO NOT EDIT.\nimport shop.web.views  # {UP}\n"},
    ),
    Case("the policy goes with it", {".github/lintel.yml": None, TAX: f"import shop.web.views  # {UP}\n"}),
    Case(
        "the policy is weakened with it",
        {".github/lintel.yml": "version: 1\n", TAX: f"import shop.web.views  # {UP}\n"},
    ),
    Case(
        "one where the base has another",
        {TAX: f"import shop.web.views  # broke layers: core may not import web\nimport shop.web.forms  # {UP}\n"},
        base={TAX: "import shop.web.views\n"},
    ),
    Case(
        "in an excluded path",
        {TAX: f"import shop.web.views  # {UP}\n"},
        base={".github/lintel.yml": f'{LAYERS}review: {{exclude: ["shop/core/**"]}}\n'},
    ),
    Case("lines that end as on Windows", {TAX: f"import os\r\nimport shop.web.views  # {UP}\r\n"}),
    Case("a byte order mark", {TAX: f"\ufeffimport shop.web.views  # {UP}\n"}),
    Case("another encoding", {TAX: f"# coding: latin-1\n# \xe9\nimport shop.web.views  # {UP}\n".encode("latin-1")}),
    Case("tabs and form feeds", {TAX: f"if 1:\n\x0c\timport\tshop . web . views  # {UP}\n"}),
    Case(
        "a cycle within a layer",
        {TAX: f"from shop.core import pricing  # {CYCLE}\n", "shop/core/pricing.py": "from shop.core import tax\n"},
        base={"shop/core/pricing.py": "from shop.core import tax\n"},
    ),
    Case(
        "a cycle that closes when something runs",
        {TAX: f"def f():\n    from shop.core import pricing  # {CYCLE}\n"},
        base={"shop/core/pricing.py": "from shop.core import tax\n"},
    ),
    Case(
        "a cycle that grows",
        {"shop/core/c.py": f"from shop.core import a  # {CYCLE}\n"},
        base={
            "shop/core/a.py": "from shop.core import b\n",
            "shop/core/b.py": "from shop.core import a, c\n",
            "shop/core/c.py": "",
        },
    ),
    Case(
        "a cycle of two layers is told once",
        {"shop/store/rows.py": "from shop.core import pricing  # breaks layers: store may not import core\n"},
    ),
    Case(
        "packages without files of their own",
        {TAX: f"from shop.web import views  # {UP}\n"},
        base={path: None for path in TREE if path.endswith("__init__.py")},
    ),
    Case(
        "what breaks a rule moves to a lower layer",
        {
            TAX: None,
            "shop/store/tax.py": f"import shop.web.views  # {UP.replace('core', 'store')}\n{'# x' * 40}\n",
        },
        base={TAX: f"import shop.web.views  # {UP.replace('core', 'store')}\n{'# x' * 40}\n"},
        mended=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case(
        "an old one is written anew for another target",
        {TAX: f"import shop.web.forms  # {UP}\n"},
        base={TAX: "import shop.web.views\n"},
        mended=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case(
        "sources in a folder of their own",
        {"src/shop/core/tax.py": "from shop.web import views  # breaks forbid: **/core/** → **/web/**\n"},
        base={
            ".github/lintel.yml": 'architecture: {forbid: [{from: "**/core/**", to: "**/web/**"}]}\n',
            **{path: None for path in TREE if path.startswith(("shop/", "tests/"))},
            "src/shop/__init__.py": "",
            "src/shop/web/__init__.py": "",
            "src/shop/web/views.py": "X = 1\n",
            "src/shop/core/__init__.py": "",
            "src/shop/core/tax.py": "RATE = 1\n",
        },
    ),
)
