"""The shop in TypeScript and in JavaScript: web over core over store, and a kit that is in no layer."""

from __future__ import annotations

TYPESCRIPT = {
    "package.json": '{"name": "shop", "private": true, "workspaces": ["packages/*"]}\n',
    "tsconfig.json": (
        '{"compilerOptions": {"baseUrl": ".", "paths": {"@web/*": ["shop/web/*"], "@kit": ["shop/kit.ts"]}}}\n'
    ),
    "shop/kit.ts": "export { show } from './web/views';\nexport const run = 1;\n",
    "shop/web/views.ts": (
        "import { price } from '../core/pricing';\n\nexport const show = () => price();\n"
        "export interface View { id: number }\n"
    ),
    "shop/web/index.ts": "export * from './views';\nexport { form } from './forms';\n",
    "shop/web/forms.tsx": "export const form = () => <form />;\n",
    "shop/core/pricing.ts": "import { load } from '../store/rows';\n\nexport const price = () => load();\n",
    "shop/core/tax.ts": "export const rate = 20;\n",
    "shop/store/rows.ts": "export const load = () => 1;\n",
    "packages/paint/package.json": '{"name": "@shop/paint", "main": "src/index.ts"}\n',
    "packages/paint/src/index.ts": "export const paint = 1;\n",
    "shop/core/tax.test.ts": "import { rate } from './tax';\n\nrate;\n",
}

JAVASCRIPT = {
    "package.json": '{"name": "shop", "imports": {"#web/*": "./shop/web/*.js"}}\n',
    "shop/kit.js": "const { show } = require('./web/views');\n\nmodule.exports = { show };\n",
    "shop/web/views.js": "const { price } = require('../core/pricing');\n\nexports.show = () => price();\n",
    "shop/web/index.js": "module.exports = require('./views');\n",
    "shop/web/forms.jsx": "export const form = () => <form />;\n",
    "shop/core/pricing.js": "const { load } = require('../store/rows');\n\nexports.price = () => load();\n",
    "shop/core/tax.js": "exports.rate = 20;\n",
    "shop/store/rows.js": "exports.load = () => 1;\n",
}
