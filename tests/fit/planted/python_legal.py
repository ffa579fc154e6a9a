"""Changes in Python that nobody forbids."""

from __future__ import annotations

from tests.fit.planted.planting import Case, Link
from tests.fit.planted.python_tree import TREE

TAX = "shop/core/tax.py"
OLD = "import shop.web.views  # broke layers: core may not import web\n"

WAYS = {
    "the layer below": "from shop.store import rows\n",
    "the same layer": "from shop.core import rates\n",
    "the same layer, relative": "from . import rates\nfrom .rates import RATE\n",
    "its own package": "import shop.core\n",
    "the package of all": "import shop\n",
    "in a string": 'TEXT = """\nimport shop.web.views\nfrom shop.web import views\n"""\n',
    "in a comment": "# import shop.web.views\n#import shop.web.views\nRATE = 19\n",
    "in a docstring": 'def f():\n    """\n    import shop.web.views\n    """\n',
    "somebody else's package with such an end": "from other.web import views\n",
    "somebody else's package with such a beginning": "import shopping.web.views\nimport shop_web\n",
    "somebody else's package called web": "import web\nfrom web.views import show\n",
    "a name that is no import": "import_module = print\nimport_module('shop.core.rates')\n",
    "what no literal says": "import importlib\n\nNAME = 'shop'\nV = importlib.import_module(NAME + '.web.views')\n",
    "a local name like it": "shop = {'web': 1}\nviews = shop['web']\n",
    "for the type checker, downwards": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.store.rows import load\n"
    ),
}

CASES = (
    *(Case(name, {TAX: text}, base={"shop/core/rates.py": "RATE = 1\n"}) for name, text in WAYS.items()),
    Case("a link that nobody imports over", {"shop/core/pages": Link("../web")}),
    Case(
        "a link within a layer",
        {"shop/core/rates": Link("deep"), "shop/core/deep/a.py": "X = 1\n", TAX: "from shop.core.rates import a\n"},
    ),
    Case(
        "links in a ring, and out of the tree",
        {
            "shop/core/a": Link("b"),
            "shop/core/b": Link("a"),
            "shop/core/c": Link("../../../../etc"),
            "shop/core/d": Link("."),
            TAX: "import shop.core.a.x, shop.core.c.passwd, shop.core.d.tax\n",
        },
    ),
    Case("the web takes in the core", {"shop/web/forms.py": "from shop.core import tax\n"}),
    Case(
        "what is in no layer takes in anything",
        {"shop/box.py": "from shop.web import views\nfrom shop.store import rows\n"},
    ),
    Case(
        "a layer takes in what is in no layer",
        {TAX: "from shop.box import show\n"},
        base={"shop/box.py": "def show():\n    return 1\n"},
    ),
    Case("tests take in everything", {"tests/test_more.py": "import shop.web.views, shop.store.rows, shop.core.tax\n"}),
    Case(
        "an allowed name is handed on",
        {"shop/kit.py": "from shop.store.rows import load\n", TAX: "from shop.kit import load\n"},
    ),
    Case("an other name of the file that hands on", {TAX: "from shop.kit import run\n"}),
    Case(
        "a rename within a layer",
        {TAX: None, "shop/core/taxes.py": "RATE = 20\nFULL = 1\nHALF = 2\nNONE = 0\n"},
        base={TAX: "RATE = 20\nFULL = 1\nHALF = 2\nNONE = 0\n"},
    ),
    Case(
        "a rename of what breaks a rule already",
        {TAX: None, "shop/core/taxes.py": f"{OLD}\nRATE = 20\nFULL = 1\nHALF = 2\nNONE = 0\n"},
        base={TAX: f"{OLD}\nRATE = 20\nFULL = 1\nHALF = 2\nNONE = 0\n"},
    ),
    Case(
        "a rename of what a break takes in",
        {
            TAX: "from shop.web import pages  # broke layers: core may not import web\n",
            "shop/web/views.py": None,
            "shop/web/pages.py": TREE["shop/web/views.py"],
            "shop/kit.py": "from shop.web.pages import show\n",
            "tests/test_shop.py": None,
        },
        base={TAX: "from shop.web import views\n"},
    ),
    Case("lines above an old break", {TAX: f"import os\n\n# words\n{OLD}"}, base={TAX: OLD}),
    Case(
        "an old break is written in another way",
        {TAX: "from ..web import views  # broke layers: core may not import web\n"},
        base={TAX: OLD},
    ),
    Case(
        "an old break becomes lazy",
        {TAX: "def f():\n    from shop.web import views  # broke layers: core may not import web\n"},
        base={TAX: OLD},
    ),
    Case("an old break elsewhere", {"shop/web/forms.py": "FORMS = 1\n"}, base={TAX: OLD}),
    Case(
        "a break goes",
        {TAX: "RATE = 3\n"},
        base={TAX: OLD},
        mended=("shop/core/tax.py:1 layers: core may not import web",),
    ),
    Case(
        "the file of a break goes",
        {TAX: None},
        base={TAX: OLD},
        mended=("shop/core/tax.py:1 layers: core may not import web",),
    ),
    Case(
        "a broken file moves to where it may stand",
        {TAX: None, "shop/web/tax.py": f"import shop.web.views\n{'# x' * 40}\n"},
        base={TAX: f"import shop.web.views\n{'# x' * 40}\n"},
        mended=("shop/core/tax.py:1 layers: core may not import web",),
    ),
    Case(
        "formatting",
        {"shop/core/pricing.py": "from  shop.store.rows  import (load,)\n\n\ndef price(): return load()\n"},
    ),
    Case(
        "an import becomes lazy",
        {"shop/core/pricing.py": "def price():\n    from shop.store.rows import load\n\n    return load()\n"},
    ),
    Case(
        "a cycle that was there",
        {"shop/core/a.py": "from shop.core import b\n\nX = 1\n"},
        base={"shop/core/a.py": "from shop.core import b\n", "shop/core/b.py": "from shop.core import a\n"},
    ),
    Case(
        "a cycle is opened",
        {"shop/core/a.py": "X = 1\n"},
        base={"shop/core/a.py": "from shop.core import b\n", "shop/core/b.py": "from shop.core import a\n"},
    ),
    Case(
        "a cycle where cycles are allowed",
        {TAX: "from shop.core import pricing\n"},
        base={
            ".github/lintel.yml": "architecture: {cycles: allow}\n",
            "shop/core/pricing.py": "from shop.core import tax\n",
        },
    ),
    Case(
        "the policy forbids more from now on",
        {
            ".github/lintel.yml": 'architecture: {forbid: [{from: "**", to: "shop/core/**"}]}\n',
            "shop/web/forms.py": "from shop.core import tax\n",
        },
    ),
)
