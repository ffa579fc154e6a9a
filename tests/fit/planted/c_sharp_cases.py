"""Changes in C#: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, LAYERS, Case

TAX = "src/Shop.Core/Tax.cs"
UP = f"breaks {CORE_WEB}"


def _project(*references: str) -> str:
    items = "".join(f'<ProjectReference Include="../{name}/{name}.csproj" />' for name in references)
    return f'<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{items}</ItemGroup></Project>\n'


POLICY = (
    LAYERS.replace("shop/web", "src/Shop.Web")
    .replace("shop/core", "src/Shop.Core")
    .replace("shop/store", "src/Shop.Store")
)

TREE = {
    ".github/lintel.yml": POLICY,
    "src/Shop.Web/Shop.Web.csproj": _project("Shop.Core"),
    "src/Shop.Core/Shop.Core.csproj": _project("Shop.Store", "Shop.Web"),
    "src/Shop.Store/Shop.Store.csproj": _project(),
    "src/Shop.Web/Views.cs": (
        "using Shop.Core;\n\nnamespace Shop.Web;\n\npublic class Views { public static int Show() => 1; }\n"
    ),
    "src/Shop.Web/Forms/Form.cs": "namespace Shop.Web.Forms\n{\n    public class Form {}\n}\n",
    "src/Shop.Core/Price.cs": "using Shop.Store;\n\nnamespace Shop.Core;\n\npublic class Price {}\n",
    TAX: "namespace Shop.Core;\n\npublic class Tax {}\n",
    "src/Shop.Store/Rows.cs": "namespace Shop.Store;\n\npublic class Rows {}\n",
}

WAYS = {
    "a namespace": f"using Shop.Web; // {UP}\n\nnamespace Shop.Core;\n\npublic class Tax {{}}\n",
    "for all files of the project": f"global using Shop.Web; // {UP}\n\nnamespace Shop.Core;\n",
    "under another name": f"using Pages = Shop.Web.Views; // {UP}\n\nnamespace Shop.Core;\n",
    "static names": f"using static Shop.Web.Views; // {UP}\n\nnamespace Shop.Core;\n",
    "from the root of names": f"using global::Shop.Web; // {UP}\n\nnamespace Shop.Core;\n",
    "a namespace below": f"using Shop.Web.Forms; // {UP}\n\nnamespace Shop.Core;\n",
    "within a namespace": f"namespace Shop.Core\n{{\n    using Shop.Web; // {UP}\n\n    class Tax {{}}\n}}\n",
    "by a shorter name within a namespace": (
        f"namespace Shop.Core\n{{\n    using Web; // {UP}\n\n    class Tax {{}}\n}}\n"
    ),
    "behind a condition": f"#if WEB\nusing Shop.Web; // {UP}\n#endif\n\nnamespace Shop.Core;\n",
    "by its whole name": f"namespace Shop.Core;\n\nclass Tax {{ int a = Shop.Web.Views.Show(); }} // {UP}\n",
    "by its whole name from the root": f"namespace Shop.Core;\n\nclass Tax {{ global::Shop.Web.Views a; }} // {UP}\n",
    "with numbers for letters": f"using Shop.\\u0057eb; // {UP}\n\nnamespace Shop.Core;\n",
    "before a fault of syntax": f"using Shop.Web; // {UP}\n\nnamespace Shop.Core;\n\nclass Tax {{ int = ;\n",
    "after a byte order mark": f"\ufeffusing Shop.Web; // {UP}\n\nnamespace Shop.Core;\n",
    "lines that end as on Windows": f"using System;\r\nusing Shop.Web; /* {UP} */\r\n\r\nnamespace Shop.Core;\r\n",
}

BREAKS = (
    *(Case(name, {TAX: text}) for name, text in WAYS.items()),
    Case("a new file", {"src/Shop.Core/Deep/New.cs": f"using Shop.Web; // {UP}\n\nnamespace Shop.Core.Deep;\n"}),
    Case(
        "past a layer",
        {
            "src/Shop.Web/Views.cs": "using Shop.Store; // breaks forbid: src/Shop.Web/** → src/Shop.Store/**\n\n"
            "namespace Shop.Web;\n"
        },
    ),
    Case(
        "moved into a layer",
        {
            "src/Kit/Kit.cs": None,
            "src/Shop.Core/Kit.cs": f"using Shop.Web; // {UP}\n\nnamespace Shop.Kit;\n{'// x' * 50}\n",
        },
        base={
            "src/Kit/Kit.cs": f"using Shop.Web; // {UP}\n\nnamespace Shop.Kit;\n{'// x' * 50}\n",
            "src/Kit/Kit.csproj": _project("Shop.Web"),
        },
    ),
    Case(
        "two bytes a letter",
        {TAX: "\ufeffusing Shop.Web;\n\nnamespace Shop.Core;\n".encode("utf-16-le")},
        also=(f"{TAX}:1 {CORE_WEB}",),
    ),
    Case(
        "the policy is weakened with it",
        {".github/lintel.yml": "version: 1\n", TAX: f"using Shop.Web; // {UP}\n\nnamespace Shop.Core;\n"},
    ),
)

QUIET = {
    "the layer below": "using Shop.Store;\n\nnamespace Shop.Core;\n",
    "its own namespace": "using Shop.Core;\n\nnamespace Shop.Core;\n",
    "in a comment": "// using Shop.Web;\n/* using Shop.Web; */\nnamespace Shop.Core;\n",
    "in a text": 'namespace Shop.Core;\n\nclass Tax { string a = @"\nusing Shop.Web;\n"; }\n',
    "a resource that is used": "namespace Shop.Core;\n\nclass Tax { void F() { using (var a = Shop()) {} } }\n",
    "a whole name in words": (
        'namespace Shop.Core;\n\n// Shop.Web.Views.Show\nclass Tax { string a = "Shop.Web.Views"; }\n'
    ),
    "somebody else's namespace": (
        "using Shop.Website;\nusing Acme.Shop.Web;\nusing System.Web;\n\nnamespace Shop.Core;\n"
    ),
}

LEGAL = (
    *(Case(name, {TAX: text}) for name, text in QUIET.items()),
    Case(
        "the web takes in the core", {"src/Shop.Web/Forms/Form.cs": "using Shop.Core;\n\nnamespace Shop.Web.Forms;\n"}
    ),
    Case(
        "tests take in everything",
        {"tests/Shop.Tests/All.cs": "using Shop.Web;\nusing Shop.Store;\n\nnamespace Shop.Tests;\n"},
        base={"tests/Shop.Tests/Shop.Tests.csproj": _project("Shop.Web", "Shop.Store")},
    ),
)
