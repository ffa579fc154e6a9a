"""The shop in Python: web over core over store, and a kit that is in no layer."""

from __future__ import annotations

TREE = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "shop/__init__.py": "",
    "shop/kit.py": "from shop.web.views import show\n\n\ndef run():\n    return show()\n",
    "shop/web/__init__.py": "",
    "shop/web/views.py": "from shop.core.pricing import price\n\n\ndef show():\n    return price()\n",
    "shop/web/forms.py": "def form():\n    return {}\n",
    "shop/core/__init__.py": "",
    "shop/core/pricing.py": "from shop.store.rows import load\n\n\ndef price():\n    return load()\n",
    "shop/core/tax.py": "RATE = 20\n",
    "shop/store/__init__.py": "",
    "shop/store/rows.py": "def load():\n    return 1\n",
    "tests/test_shop.py": "from shop.store import rows\nfrom shop.web import views\n\nassert rows and views\n",
}

UP = "breaks layers: core may not import web"
PAST = "breaks forbid: shop/web/** → shop/store/**"
CYCLE = "breaks cycles: new"
