"""Changes in Rust: those that break a rule, and those that do not."""

from __future__ import annotations

from tests.fit.planted.planting import CORE_WEB, CYCLE, LAYERS, Case

TAX = "src/core/tax.rs"
UP = f"breaks {CORE_WEB}"

TREE = {
    ".github/lintel.yml": LAYERS.replace("shop/", "src/"),
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": "pub mod core;\npub mod kit;\npub mod store;\npub mod web;\n",
    "src/kit.rs": "pub use crate::web::views::show;\n\npub fn run() {}\n",
    "src/web/mod.rs": "pub mod forms;\npub mod views;\n",
    "src/web/views.rs": "use crate::core::pricing::price;\n\npub fn show() -> u8 { price() }\n",
    "src/web/forms.rs": "pub struct Form;\n",
    "src/core/mod.rs": "pub mod pricing;\npub mod tax;\n",
    "src/core/pricing.rs": "use crate::store::rows::load;\n\npub fn price() -> u8 { load() }\n",
    TAX: "pub const RATE: u8 = 20;\n",
    "src/store/mod.rs": "pub mod rows;\n",
    "src/store/rows.rs": "pub fn load() -> u8 { 1 }\n",
}

WAYS = {
    "a function": f"use crate::web::views::show; // {UP}\n",
    "a module": f"use crate::web::views; // {UP}\n",
    "by way of those above": f"use super::super::web::views::show; // {UP}\n",
    "under another name": f"use crate::web::views::show as s; // {UP}\n",
    "everything": f"use crate::web::views::*; // {UP}\n",
    "in a group": f"use crate::{{\n    store::rows,\n    web::views, // {UP}\n}};\n",
    "in a function": f"fn f() {{\n    use crate::web::views::show; // {UP}\n    show();\n}}\n",
    "handed on": f"pub use crate::web::views::show; // {UP}\n",
    "without use": f"fn f() -> u8 {{\n    crate::web::views::show() // {UP}\n}}\n",
    "a type without use": f"fn f(_: crate::web::forms::Form) {{}} // {UP}\n",
    "through a module in no layer": f"use crate::kit::show; // {UP}\n",
    "behind a condition": f'#[cfg(feature = "web")]\nuse crate::web::views; // {UP}\n',
    "in the arguments of a macro": f'fn f() {{\n    println!("{{}}", crate::web::views::show()); // {UP}\n}}\n',
    "in what a macro stands for": f"macro_rules! m {{ () => {{\n    $crate::web::views::show() // {UP}\n}} }}\n",
    "as text": f'include!("../web/views.rs"); // {UP}\n',
    "before a fault of syntax": f"use crate::web::views; // {UP}\n\nfn broken( {{\n",
    "in a module of the file": f"mod inner {{\n    use crate::web::views; // {UP}\n}}\n",
}

BREAKS = (
    *(Case(name, {TAX: text}) for name, text in WAYS.items()),
    Case(
        "a new file",
        {
            "src/core/mod.rs": "pub mod new;\npub mod pricing;\npub mod tax;\n",
            "src/core/new.rs": f"use crate::web::views; // {UP}\n",
        },
    ),
    Case(
        "a module that the root hands on",
        {"src/lib.rs": f"{TREE['src/lib.rs']}pub use web::views;\n", TAX: f"use crate::views::show; // {UP}\n"},
    ),
    Case(
        "a function that the root hands on",
        {"src/lib.rs": f"{TREE['src/lib.rs']}pub use web::views::show;\n", TAX: f"use crate::show; // {UP}\n"},
    ),
    Case("past a layer", {"src/web/forms.rs": "use crate::store::rows; // breaks forbid: src/web/** → src/store/**\n"}),
    Case(
        "the file between changes alone",
        {"src/kit.rs": f"pub use crate::web::views::show; // {UP}\n"},
        base={"src/kit.rs": "pub fn show() {}\n", TAX: "use crate::kit::show;\n"},
    ),
    Case(
        "a cycle",
        {TAX: f"use super::pricing::price; // breaks {CYCLE}\n"},
        base={"src/core/pricing.rs": "use super::tax::RATE;\n\npub fn price() -> u8 { RATE }\n"},
    ),
    Case(
        "a crate of the workspace under another name",
        {
            "tax/Cargo.toml": '[package]\nname = "tax"\n[dependencies]\npages = { path = "../web", package = "web" }\n',
            "tax/src/lib.rs": "use pages::show; // breaks forbid: tax/** → web/**\n",
        },
        base={
            **dict.fromkeys(TREE),
            "Cargo.toml": '[workspace]\nmembers = ["tax", "web"]\n',
            ".github/lintel.yml": 'architecture: {forbid: [{from: "tax/**", to: "web/**"}]}\n',
            "tax/Cargo.toml": '[package]\nname = "tax"\n',
            "tax/src/lib.rs": "pub fn rate() {}\n",
            "web/Cargo.toml": '[package]\nname = "web"\n',
            "web/src/lib.rs": "pub fn show() {}\n",
        },
    ),
    Case("a module of a file elsewhere", {TAX: f'#[path = "../web/views.rs"]\nmod views; // {UP}\n'}),
)

DEPENDING = TREE["Cargo.toml"] + '[dependencies]\nweb = "1"\nshop_web = "1"\n'

QUIET = {
    "the layer below": "use crate::store::rows::load;\n",
    "the same layer": "use super::pricing::price;\n",
    "the same module": "use self::inner::A;\n\nmod inner { pub struct A; }\n",
    "in a comment": "// use crate::web::views;\n/* use crate::web::views; */\n/// use crate::web::views;\nfn f() {}\n",
    "in a text": 'const A: &str = r#"\nuse crate::web::views;\n"#;\n',
    "somebody else's crate": "use web::views;\nuse shop_web::views;\n",
    "the standard library": "use std::web::views;\nuse core::fmt;\n",
    "an other name of the module that hands on": "use crate::kit::run;\n",
}

LEGAL = (
    *(Case(name, {TAX: text}, base={"Cargo.toml": DEPENDING}) for name, text in QUIET.items()),
    Case("the web takes in the core", {"src/web/forms.rs": "use crate::core::tax::RATE;\n"}),
    Case(
        "a module is declared",
        {"src/core/mod.rs": "pub mod more;\npub mod pricing;\npub mod tax;\n", "src/core/more.rs": "pub fn f() {}\n"},
    ),
)
