"""Changes in JavaScript: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, CYCLE, Case

TAX = "shop/core/tax.js"
UP = f"breaks {CORE_WEB}"

WAYS = {
    "by require": f"const views = require('../web/views'); // {UP}\n",
    "a part of what require gives": f"const {{ show }} = require('../web/views'); // {UP}\n",
    "a member of what require gives": f"const show = require('../web/views').show; // {UP}\n",
    "require in a function": f"exports.f = () => require('../web/views').show(); // {UP}\n",
    "if something holds": f"if (process.env.X) {{\n  require('../web/views'); // {UP}\n}}\n",
    "by import": f"import views from '../web/views.js'; // {UP}\n",
    "by import in between": f"const a = 1;\nimport views from '../web/views.js'; // {UP}\n",
    "asked for later": f"export const f = () => import('../web/views.js'); // {UP}\n",
    "the folder": f"const views = require('../web'); // {UP}\n",
    "the folder with a slash": f"const views = require('../web/'); // {UP}\n",
    "a name of the package's own": f"import {{ show }} from '#web/views'; // {UP}\n",
    "handed on": f"export * from '../web/views.js'; // {UP}\n",
    "the place of a file": f"require.resolve('../web/views'); // {UP}\n",
    "a worker": f"new Worker(new URL('../web/views.js', import.meta.url)); // {UP}\n",
    "round about": f"require('../../shop/core/../web/./views'); // {UP}\n",
}

BREAKS = (
    *(Case(name, {TAX: text}) for name, text in WAYS.items()),
    Case("a new file", {"shop/core/new.cjs": f"const v = require('../web/views'); // {UP}\n"}),
    Case("a new file of the newer kind", {"shop/core/new.mjs": f"import '../web/views.js'; // {UP}\n"}),
    Case("markup", {"shop/core/new.jsx": f"import {{ form }} from '../web/forms'; // {UP}\n"}),
    Case(
        "a cycle",
        {TAX: f"const p = require('./pricing'); // breaks {CYCLE}\n"},
        base={"shop/core/pricing.js": "const tax = require('./tax');\n"},
    ),
)

QUIET = {
    "the layer below": "const { load } = require('../store/rows');\n",
    "the same layer": "const { price } = require('./pricing');\n",
    "in a comment": "// require('../web/views')\n/* import '../web/views' */\n",
    "in a string": "const a = \"require('../web/views')\";\n",
    "a package": "const web = require('web/views');\nconst { show } = require('views');\n",
    "what no literal says": "const v = require('../web/' + name);\n",
    "another function": "load('../web/views');\n",
    "a folder with such a beginning": "const v = require('../website/views');\n",
}

LEGAL = (
    *(Case(name, {TAX: text}, base={"shop/website/views.js": "exports.a = 1;\n"}) for name, text in QUIET.items()),
    Case(
        "a test takes in everything", {"test/all.js": "require('../shop/web/views');\nrequire('../shop/store/rows');\n"}
    ),
    Case("require becomes import", {"shop/core/pricing.js": "import { load } from '../store/rows.js';\n"}),
)
