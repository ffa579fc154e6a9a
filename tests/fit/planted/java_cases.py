"""Changes in Java: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, CYCLE, LAYERS, Case

HERE = "src/main/java/shop"
TAX = f"{HERE}/core/Tax.java"
UP = f"breaks {CORE_WEB}"

TREE = {
    ".github/lintel.yml": LAYERS.replace("shop/", f"{HERE}/"),
    "pom.xml": "<project><groupId>shop</groupId><artifactId>shop</artifactId></project>\n",
    f"{HERE}/Main.java": "package shop;\n\nimport shop.web.Views;\n\nclass Main { Views views; }\n",
    f"{HERE}/web/Views.java": (
        "package shop.web;\n\nimport shop.core.Price;\n\npublic class Views {\n"
        "  public static int show() { return 1; }\n"
        "  public static class Row {}\n}\n"
    ),
    f"{HERE}/web/forms/Form.java": "package shop.web.forms;\n\npublic class Form {}\n",
    f"{HERE}/core/Price.java": "package shop.core;\n\nimport shop.store.Rows;\n\npublic class Price { Rows rows; }\n",
    TAX: "package shop.core;\n\npublic class Tax {}\n",
    f"{HERE}/store/Rows.java": "package shop.store;\n\npublic class Rows {}\n",
}

WAYS = {
    "a class": f"import shop.web.Views; // {UP}\n\nclass Tax {{}}\n",
    "a static name": f"import static shop.web.Views.show; // {UP}\n\nclass Tax {{}}\n",
    "all static names": f"import static shop.web.Views.*; // {UP}\n\nclass Tax {{}}\n",
    "a class within": f"import shop.web.Views.Row; // {UP}\n\nclass Tax {{}}\n",
    "a whole package": f"import shop.web.*; // {UP}\n\nclass Tax {{}}\n",
    "a package below": f"import shop.web.forms.Form; // {UP}\n\nclass Tax {{}}\n",
    "behind others on a line": f"import java.util.List; import shop.web.Views; // {UP}\n\nclass Tax {{}}\n",
    "with comments within": f"import /* a */ shop . web . /* b */ Views ; // {UP}\n\nclass Tax {{}}\n",
    "before a fault of syntax": f"import shop.web.Views; // {UP}\n\nclass Tax {{ int = ; \n",
    "lines that end as on Windows": (
        f"import java.util.List;\r\nimport shop.web.Views; /* {UP} */\r\n\r\nclass Tax {{}}\r\n"
    ),
    "a static name by its whole name": f"class Tax {{ int a = shop.web.Views.show(); }} // {UP}\n",
    "with numbers for letters": f"import shop.\\u0077eb.Views; // {UP}\n\nclass Tax {{}}\n",
    "behind a comment that a number ends": f"// \\u000aimport shop.web.Views; /* {UP} */\n\nclass Tax {{}}\n",
    "by its whole name": f"class Tax {{\n  shop.web.Views views; // {UP}\n}}\n",
}

BREAKS = (
    *(Case(name, {TAX: f"package shop.core;\n\n{text}"}) for name, text in WAYS.items()),
    Case("a new file", {f"{HERE}/core/deep/New.java": f"package shop.core.deep;\n\nimport shop.web.Views; // {UP}\n"}),
    Case(
        "past a layer",
        {
            f"{HERE}/web/Views.java": "package shop.web;\n\nimport shop.store.Rows; "
            f"// breaks forbid: {HERE}/web/** → {HERE}/store/**\n"
        },
    ),
    Case(
        "from the lowest layer to the highest",
        {
            f"{HERE}/store/Rows.java": "package shop.store;\n\n"
            "import shop.web.forms.Form; // breaks layers: store may not import web\n"
        },
    ),
    Case(
        "moved into a layer",
        {
            f"{HERE}/Main.java": None,
            f"{HERE}/core/Main.java": f"package shop.core;\n\nimport shop.web.Views; // {UP}\n{'// x' * 50}\n",
        },
        base={f"{HERE}/Main.java": f"package shop;\n\nimport shop.web.Views; // {UP}\n{'// x' * 50}\n"},
    ),
    Case(
        "a cycle of packages",
        {
            f"{HERE}/core/a/A.java": (
                f"package shop.core.a;\n\nimport shop.core.b.B; // breaks {CYCLE}\n\npublic class A {{}}\n"
            )
        },
        base={
            f"{HERE}/core/a/A.java": "package shop.core.a;\n\npublic class A {}\n",
            f"{HERE}/core/b/B.java": "package shop.core.b;\n\nimport shop.core.a.A;\n\npublic class B {}\n",
        },
    ),
    Case(
        "another root of sources",
        {
            "core/src/main/java/acme/core/Tax.java": (
                "package acme.core;\n\nimport acme.web.Page; // breaks forbid: core/** → web/**\n\nclass Tax {}\n"
            )
        },
        base={
            ".github/lintel.yml": 'architecture: {forbid: [{from: "core/**", to: "web/**"}]}\n',
            "web/src/main/java/acme/web/Page.java": "package acme.web;\n\npublic class Page {}\n",
        },
    ),
)

QUIET = {
    "the layer below": "import shop.store.Rows;\n\nclass Tax {}\n",
    "the same package": "import shop.core.Price;\n\nclass Tax {}\n",
    "in a comment": "// import shop.web.Views;\n/* import shop.web.Views; */\n\nclass Tax {}\n",
    "in a text": 'class Tax { String a = "import shop.web.Views;"; }\n',
    "a whole name in words": '/** See {@link shop.web.Views}. */\nclass Tax { String a = "shop.web.Views"; }\n',
    "a field of a field": "class Tax { Object a = shop.web.VIEWS, b = this.web.Views; }\n",
    "somebody else's package": "import org.shop.web.Views;\nimport shops.web.Views;\n\nclass Tax {}\n",
    "the standard library": "import java.util.*;\nimport static java.util.List.of;\n\nclass Tax {}\n",
}

LEGAL = (
    *(Case(name, {TAX: f"package shop.core;\n\n{text}"}) for name, text in QUIET.items()),
    Case(
        "the web takes in the core",
        {f"{HERE}/web/forms/Form.java": "package shop.web.forms;\n\nimport shop.core.Tax;\n"},
    ),
    Case(
        "a test takes in everything",
        {
            "src/test/java/shop/core/TaxTest.java": (
                "package shop.core;\n\nimport shop.web.Views;\nimport shop.store.Rows;\n"
            )
        },
    ),
    Case(
        "a class moves within its layer",
        {
            TAX: None,
            f"{HERE}/core/deep/Tax.java": f"package shop.core.deep;\n\nimport shop.store.Rows;\n{'// x' * 50}\n",
        },
        base={TAX: f"package shop.core;\n\nimport shop.store.Rows;\n{'// x' * 50}\n"},
    ),
)
