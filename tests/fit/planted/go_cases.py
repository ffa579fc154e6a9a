"""Changes in Go: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, CYCLE, LAYERS, Case

ROOT = "example.com/acme"
TAX = "shop/core/tax.go"
UP = f"breaks {CORE_WEB}"

TREE = {
    "go.mod": f"module {ROOT}\n\ngo 1.22\n",
    "shop/kit/kit.go": f'package kit\n\nimport "{ROOT}/shop/web"\n\nvar Show = web.Show\n',
    "shop/web/web.go": f'package web\n\nimport "{ROOT}/shop/core"\n\nfunc Show() int {{ return core.Rate }}\n',
    "shop/web/forms/forms.go": "package forms\n\nfunc Form() int { return 1 }\n",
    "shop/core/core.go": f'package core\n\nimport "{ROOT}/shop/store"\n\nvar Rows = store.Load()\n',
    TAX: "package core\n\nconst Rate = 20\n",
    "shop/store/store.go": "package store\n\nfunc Load() int { return 1 }\n",
}

WAYS = {
    "one": f'import "{ROOT}/shop/web" // {UP}\n',
    "in a group": f'import (\n\t"fmt"\n\t"{ROOT}/shop/web" // {UP}\n)\n',
    "under another name": f'import w "{ROOT}/shop/web" // {UP}\n',
    "for effects alone": f'import _ "{ROOT}/shop/web" // {UP}\n',
    "everything": f'import . "{ROOT}/shop/web" // {UP}\n',
    "between back quotes": f"import `{ROOT}/shop/web` // {UP}\n",
    "a package below": f'import "{ROOT}/shop/web/forms" // {UP}\n',
    "two groups": f'import "fmt"\n\nimport (\n\t"{ROOT}/shop/web" // {UP}\n)\n',
    "before a fault of syntax": f'import "{ROOT}/shop/web" // {UP}\n\nfunc broken( {{\n',
    "lines that end as on Windows": f'import "fmt"\r\nimport "{ROOT}/shop/web" /* {UP} */\r\n',
}

BREAKS = (
    *(Case(name, {TAX: f"package core\n\n{text}"}) for name, text in WAYS.items()),
    Case("a new package", {"shop/core/new/new.go": f'package new\n\nimport "{ROOT}/shop/web" // {UP}\n'}),
    Case("behind a condition of the build",
         {"shop/core/tax_windows.go": f'//go:build windows\n\npackage core\n\nimport "{ROOT}/shop/web" // {UP}\n'}),
    Case("a test of the package", {"shop/core/tax_test.go": f'package core_test\n\nimport "{ROOT}/shop/web" // {UP}\n'}),
    Case("past a layer",
         {"shop/web/web.go": f'package web\n\nimport "{ROOT}/shop/store" // breaks forbid: shop/web/** → shop/store/**\n'}),
    Case("a second file of a package that breaks it already",
         {"shop/core/more.go": f'package core\n\nimport "{ROOT}/shop/web" // {UP}\n'},
         base={TAX: f'package core\n\nimport "{ROOT}/shop/web" // broke {CORE_WEB}\n'}),
    Case("a module that is replaced by a folder",
         {"go.mod": f"module {ROOT}\n\nrequire example.org/views v1.0.0\n\nreplace example.org/views => ./shop/web/forms\n",
          "shop/web/forms/go.mod": "module example.org/views\n",
          TAX: f'package core\n\nimport "example.org/views" // {UP}\n'}),
    Case("a module is replaced from now on, and nothing else changes",
         {"go.mod": f"module {ROOT}\n\nrequire example.org/views v1.0.0\n\nreplace example.org/views => ./shop/web/forms\n",
          "shop/web/forms/go.mod": "module example.org/views\n"},
         base={TAX: 'package core\n\nimport "example.org/views"\n'},
         also=(f"{TAX}:3 {CORE_WEB}",)),
    Case("a cycle", {"shop/core/a/a.go": f'package a\n\nimport "{ROOT}/shop/core/b" // breaks {CYCLE}\n'},
         base={"shop/core/a/a.go": "package a\n",
               "shop/core/b/b.go": f'package b\n\nimport "{ROOT}/shop/core/a"\n'}),
    Case("moved into a layer",
         {"shop/kit/kit.go": None,
          "shop/core/kit/kit.go": f'package kit\n\nimport "{ROOT}/shop/web" // {UP}\n{"// x" * 50}\n'},
         base={"shop/kit/kit.go": f'package kit\n\nimport "{ROOT}/shop/web" // {UP}\n{"// x" * 50}\n'}),
    Case("internal packages",
         {"shop/core/internal/x/x.go": f'package x\n\nimport "{ROOT}/shop/web" // {UP}\n'}),
)

QUIET = {
    "the layer below": f'import "{ROOT}/shop/store"\n',
    "in a comment": f'// import "{ROOT}/shop/web"\n/*\nimport "{ROOT}/shop/web"\n*/\n',
    "in a text": f'var text = `\nimport "{ROOT}/shop/web"\n`\n',
    "somebody else's module": 'import "example.com/other/shop/web"\n',
    "a module with such a beginning": f'import "{ROOT}x/shop/web"\n',
    "the standard library": 'import (\n\t"net/http"\n\t"html/template"\n)\n',
    "what is in no layer": f'import "{ROOT}/shop/box"\n',
}

LEGAL = (
    *(Case(name, {TAX: f"package core\n\n{text}"}, base={"shop/box/box.go": "package box\n"})
      for name, text in QUIET.items()),
    Case("the web takes in the core",
         {"shop/web/forms/forms.go": f'package forms\n\nimport "{ROOT}/shop/core"\n'}),
    Case("the kit takes in anything",
         {"shop/kit/kit.go": f'package kit\n\nimport (\n\t"{ROOT}/shop/store"\n\t"{ROOT}/shop/web"\n)\n'}),
    Case("a file moves within its package",
         {TAX: None, "shop/core/taxes.go": f'package core\n\nimport "{ROOT}/shop/store"\n{"// x" * 50}\n'},
         base={TAX: f'package core\n\nimport "{ROOT}/shop/store"\n{"// x" * 50}\n'}),
    Case("another module of the repository",
         {"tools/main.go": f'package main\n\nimport "{ROOT}/shop/web"\n'},
         base={"tools/go.mod": "module example.com/tools\n"}),
)

assert LAYERS
