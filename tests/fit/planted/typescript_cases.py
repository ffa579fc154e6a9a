"""Changes in TypeScript: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, CYCLE, Case

TAX = "shop/core/tax.ts"
UP = f"breaks {CORE_WEB}"
PAINT_PAY = "forbid: packages/paint/** → packages/pay/**"

WAYS = {
    "relative": f"import {{ show }} from '../web/views'; // {UP}\n",
    "with an ending": f"import {{ show }} from '../web/views.js'; // {UP}\n",
    "with double quotes and no blank": f'import{{show}}from"../web/views" // {UP}\n',
    "for effects alone": f"import '../web/views'; // {UP}\n",
    "as a whole": f"import * as views from '../web/views'; // {UP}\n",
    "types alone": f"import type {{ View }} from '../web/views'; // {UP}\n",
    "one of the names a type": f"import {{ type View }} from '../web/views'; // {UP}\n",
    "the type of an import": f"export const x: import('../web/views').View = {{ id: 1 }}; // {UP}\n",
    "asked for later": f"export const load = async () => import('../web/views'); // {UP}\n",
    "asked for in a template without a hole": f"export const load = async () => import(`../web/views`); // {UP}\n",
    "in the old way": f"import views = require('../web/views'); // {UP}\n",
    "by require": f"const views = require('../web/views'); // {UP}\n",
    "an alias of the settings": f"import {{ show }} from '@web/views'; // {UP}\n",
    "from the beginning of all paths": f"import {{ show }} from 'shop/web/views'; // {UP}\n",
    "handed on": f"export {{ show }} from '../web/views'; // {UP}\n",
    "handed on as a whole": f"export * from '../web/views'; // {UP}\n",
    "handed on under a name": f"export * as views from '../web/views'; // {UP}\n",
    "a file with markup": f"import {{ form }} from '../web/forms'; // {UP}\n",
    "names on lines of their own": (f"import {{\n  show, // {UP}\n}} from '../web/views';\n"),
    "asked for later, with words": (f"export const f = () => import(/* chunk: 'x' */ '../web/views'); // {UP}\n"),
    "by require of the module": f"const views = module.require('../web/views'); // {UP}\n",
    "by require of any type": f"const views = (require as any)('../web/views'); // {UP}\n",
    "by a function that is made": (
        f"import {{ createRequire }} from 'module';\nconst load = createRequire(import.meta.url);\n"
        f"load('../web/views'); // {UP}\n"
    ),
    "with numbers for letters": f"import {{ show }} from '../w\\u0065b/views'; // {UP}\n",
    "with attributes": f"import views from '../web/views' with {{ type: 'x' }}; // {UP}\n",
    "as a worker": f"new Worker(new URL('../web/views.ts', import.meta.url)); // {UP}\n",
    "the place of a file": f"export const place = import.meta.resolve('../web/views.ts'); // {UP}\n",
    "after a fault of syntax": f"const = ;\nimport {{ show }} from '../web/views'; // {UP}\n",
    "lines that end as on Windows": f"const a = 1;\r\nimport {{ show }} from '../web/views'; /* {UP} */\r\n",
    "through a file in no layer": f"import {{ show }} from '../kit'; // {UP}\n",
    "through an alias of a file in no layer": f"import {{ show }} from '@kit'; // {UP}\n",
}

BREAKS = (
    *(Case(name, {TAX: text}) for name, text in WAYS.items()),
    Case("the folder itself", {TAX: f"import {{ form }} from '../web'; // {UP}\n"}),
    Case("a new file", {"shop/core/deep/new.tsx": f"import {{ form }} from '../../web/forms'; // {UP}\n"}),
    Case("a module of its own kind", {"shop/core/new.mts": f"import {{ show }} from '../web/views.ts'; // {UP}\n"}),
    Case(
        "past a layer",
        {"shop/web/forms.tsx": "import { load } from '../store/rows'; // breaks forbid: shop/web/** → shop/store/**\n"},
    ),
    Case(
        "a package of the workspace",
        {"packages/paint/src/index.ts": f"import {{ rate }} from '@shop/pay'; // breaks {PAINT_PAY}\n"},
        base={
            "packages/pay/package.json": '{"name": "@shop/pay", "main": "src/index.ts"}\n',
            "packages/pay/src/index.ts": "export const rate = 1;\n",
            ".github/lintel.yml": 'architecture: {forbid: [{from: "packages/paint/**", to: "packages/pay/**"}]}\n',
        },
    ),
    Case(
        "the file between changes alone",
        {"shop/box.ts": f"export {{ show }} from './web/views'; // {UP}\n"},
        base={"shop/box.ts": "export const show = 1;\n", TAX: "import { show } from '../box';\n\nshow;\n"},
    ),
    Case(
        "the file between hands on everything, over another one",
        {"shop/box.ts": f"export * from './crate'; // {UP}\n", "shop/crate.ts": "export * from './web/views';\n"},
        base={"shop/box.ts": "export const show = 1;\n", TAX: "import { show } from '../box';\n\nshow;\n"},
    ),
    Case(
        "the alias is pointed elsewhere",
        {"tsconfig.json": '{"compilerOptions": {"paths": {"@rates": ["./shop/web/views.ts"]}}}\n'},
        base={
            "tsconfig.json": '{"compilerOptions": {"paths": {"@rates": ["./shop/core/rates.ts"]}}}\n',
            "shop/core/rates.ts": "export const show = 1;\n",
            TAX: "import { show } from '@rates';\n\nshow;\n",
        },
        also=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case(
        "moved into a layer with what it imports",
        {"shop/kit.ts": None, "shop/core/kit.ts": f"import {{ show }} from '../web/views'; // {UP}\n{'// x' * 50}\n"},
        base={"shop/kit.ts": f"import {{ show }} from './web/views'; // {UP}\n{'// x' * 50}\n"},
    ),
    Case(
        "a cycle",
        {TAX: f"import {{ price }} from './pricing'; // breaks {CYCLE}\n"},
        base={"shop/core/pricing.ts": "import { rate } from './tax';\n\nexport const price = rate;\n"},
    ),
    Case(
        "a cycle of types",
        {TAX: f"import type {{ P }} from './pricing'; // breaks {CYCLE}\n"},
        base={"shop/core/pricing.ts": "import { rate } from './tax';\n\nexport type P = 1;\n"},
    ),
    Case(
        "the policy goes with it",
        {".github/lintel.yml": None, TAX: f"import {{ show }} from '../web/views'; // {UP}\n"},
    ),
    Case(
        "a component of another kind of file",
        {"shop/core/new.jsx": f"import {{ form }} from '../web/forms'; // {UP}\n"},
    ),
)

QUIET = {
    "the layer below": "import { load } from '../store/rows';\n",
    "the same layer": "import { price } from './pricing';\n",
    "itself by its folder": "import { price } from '../core/pricing';\n",
    "in a string": "const a = \"import { show } from '../web/views'\";\n",
    "in a template": "const a = `\nimport { show } from '../web/views';\n`;\n",
    "in a comment": "// import { show } from '../web/views';\n/*\nimport '../web/views';\n*/\n",
    "in a regular expression": "const a = /import '..\\/web\\/views'/;\n",
    "somebody else's package": "import { show } from 'web/views';\nimport x from '@webby/views';\n",
    "a member called require": "export const f = (a: any) => a.require('../web/views');\n",
    "what no literal says": "export const f = (a: string) => import(`../web/${a}`);\n",
    "a package of the workspace in no layer": "import { paint } from '@shop/paint';\n",
    "types of the same layer": "import type { price } from './pricing';\n",
    "an other name of the file that hands on": "import { run } from '../kit';\n",
}

LEGAL = (
    *(Case(name, {TAX: text}) for name, text in QUIET.items()),
    Case("the web takes in the core", {"shop/web/forms.tsx": "import { rate } from '../core/tax';\n"}),
    Case("the kit takes in anything", {"shop/kit.ts": "import './web/views';\nimport './store/rows';\n"}),
    Case(
        "an allowed name is handed on",
        {"shop/kit.ts": "export { load } from './store/rows';\n", TAX: "import { load } from '../kit';\n"},
    ),
    Case(
        "a file moves within its layer",
        {
            TAX: None,
            "shop/core/deep/tax.ts": f"import {{ price }} from '../pricing';\n{'// x' * 50}\n",
            "shop/core/tax.test.ts": None,
        },
        base={TAX: f"import {{ price }} from './pricing';\n{'// x' * 50}\n"},
    ),
    Case(
        "an old break by another way",
        {TAX: f"import {{ show }} from '@web/views'; // broke {CORE_WEB}\n"},
        base={TAX: "import { show } from '../web/views';\n"},
    ),
    Case(
        "a break goes",
        {TAX: "export const rate = 1;\n"},
        base={TAX: "import { show } from '../web/views';\n"},
        mended=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case(
        "an alias for what is allowed",
        {
            "tsconfig.json": '{"compilerOptions": {"paths": {"@rates": ["./shop/core/rates.ts"]}}}\n',
            TAX: "import { rates } from '@rates';\n",
        },
        base={"shop/core/rates.ts": "export const rates = 1;\n"},
    ),
    Case(
        "settings that extend each other in a ring",
        {
            "tsconfig.json": '{"extends": "./other.json"}\n',
            "other.json": '{"extends": "./tsconfig.json"}\n',
            TAX: "import { price } from './pricing';\n",
        },
    ),
)
