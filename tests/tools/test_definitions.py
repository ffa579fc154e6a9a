"""A model asks where a name is defined and where it is used; text tells, in each language of the house."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repo.world import file
from tests.tools.boxes import ask, files, open_box, refusal, rows

DEFINITIONS = {
    "a.py": {
        "def charge(order):": "function",
        "    async def charge(": "function",
        "class charge(Base):": "class",
        "charge: Final = 3": "variable",
        "        self.charge = 3": "assignment",
    },
    "a.ts": {
        "export default async function charge<T>(x: T) {": "function",
        "export abstract class charge extends Base {": "class",
        "export interface charge {": "type",
        "export type charge = string": "type",
        "export const charge = (x) => x": "variable",
        "  private async charge(order: Order): Promise<void> {": "method",
        "  charge(order: Order): void;": "method",
        "  charge: async (order) => 3,": "method",
        "exports.charge = 3": "assignment",
    },
    "a.go": {
        "func charge(o Order) error {": "function",
        "func (s *Service) charge(o Order) error {": "method",
        "type charge struct {": "type",
        "var charge = 3": "variable",
        "\tcharge := 3": "assignment",
    },
    "a.rs": {
        "pub(crate) async fn charge<T>(x: T) -> T {": "function",
        "pub struct charge {": "type",
        "pub const charge: u8 = 3;": "constant",
        "macro_rules! charge {": "macro",
        "    let mut charge = 3;": "assignment",
    },
    "a.java": {
        "public final class charge extends Base {": "type",
        "    public static <T> List<T> charge(Order order) throws E {": "method",
        "    private final Map<String, Integer> charge = new HashMap<>();": "assignment",
    },
    "a.kt": {"    override suspend fun charge(x: Int) = 3": "function", "data class charge(val x: Int)": "type"},
    "a.cs": {
        "    public async Task<int> charge(Order order)": "method",
        "    public int charge { get; set; }": "assignment",
    },
    "a.c": {
        "#define charge 3": "macro",
        "struct charge {": "type",
        "static int *charge(struct order *o)": "function",
        "int charge(struct order *o);": "declaration",
    },
    "a.cpp": {"void Service::charge(const Order& o) {": "function", "class charge : public Base {": "type"},
    "a.rb": {"  def self.charge(order)": "method", "class charge": "class", "  attr_reader :charge": "attribute"},
    "a.php": {"    public static function charge($x) {": "function", "    private ?int $charge = 3;": "variable"},
    "a.sh": {"charge() {": "function", "export charge=3": "assignment"},
    "a.swift": {"    public func charge(_ x: Int) -> Int {": "function"},
    "a.sql": {"CREATE TABLE IF NOT EXISTS shop.charge (": "object"},
}
USES = {
    "a.py": ["    return charge(order)", "x = charge", "print(f'{charge(x)}')", "@charge", "if charge == 3:"],
    "a.ts": ["  return charge(x);", "  await charge(x)", "const y = charge;", "`${charge(x)}`", "new charge(x);"],
    "a.go": ["\treturn charge(o)", "\tx := charge(o)", "\tgo charge(o)"],
    "a.rs": ["    charge(x);", "    return charge(x);", 'println!("{charge}");'],
    "a.java": ["        return charge(order);", "        this.charge(order);", "        x = new charge(order) {"],
    "a.c": ["    return charge(o);", "    x = charge(o);", "    if (charge(o)) {"],
    "a.rb": ["  charge(order)", "  x = charge order", '  "#{charge}"'],
    "a.php": ["    return charge($x);", "    $this->charge($x);"],
}
IMPORTS = {
    "a.py": "from shop import (\n    other,\n    charge,\n)\n",
    "a.ts": "import {\n  other,\n  charge,\n} from './shop';\n",
    "b.js": "const { charge } = require('./shop')\n",
    "a.go": 'import (\n\t"shop/charge"\n)\n',
    "a.rs": "use shop::{\n    charge,\n};\n",
    "a.java": "import shop.charge;\n",
    "a.php": "use Shop\\charge;\n",
}
QUIET = {
    "a.py": '# charge\n"""\ncharge\n"""\nx = "charge"\n',
    "a.ts": "// charge\n/* a\n charge */\nlet x = 'charge'\nlet y = `charge`\n",
    "a.go": "// charge\nvar x = `\ncharge`\n",
    "a.rs": "/// charge\nlet x = \"charge\";\nfn f<'a>(x: &'a str) {}\n",
    "a.rb": "# charge\n=begin\ncharge\n=end\nx = 'charge'\n",
    "a.c": '/* charge\n charge */ int x; // charge\nchar *s = "charge";\n',
    "a.sh": "# charge\necho 'charge'\n",
    "a.sql": "-- charge\nselect 'charge'\n",
}


@pytest.mark.parametrize("name", DEFINITIONS)
async def test_definitions_are_found_with_their_kind(tmp_path: Path, name: str) -> None:
    lines = DEFINITIONS[name]
    box = open_box(tmp_path, {name.encode(): file("\n".join(lines).encode())})
    expected = sorted(
        (kind == "assignment", number, f"{name}:{number}: [{kind}] {line}")
        for number, (line, kind) in enumerate(lines.items(), start=1)
    )
    assert await rows(box, "find_definition", symbol="charge") == [row for *_, row in expected]


@pytest.mark.parametrize("name", USES)
async def test_uses_are_no_definitions(tmp_path: Path, name: str) -> None:
    box = open_box(tmp_path, {name.encode(): file("\n".join(USES[name]).encode())})
    found = [f"{name}:{number}: [use] {line}" for number, line in enumerate(USES[name], start=1)]
    assert await rows(box, "find_callers", symbol="charge") == found


@pytest.mark.parametrize("name", IMPORTS)
async def test_imports_are_told_apart_and_come_last(tmp_path: Path, name: str) -> None:
    tree = {name.encode(): file(IMPORTS[name].encode()), b"z.py": file(b"charge()\n")}
    found = await rows(open_box(tmp_path, tree), "find_callers", symbol="charge")
    assert [row.split("] ")[0].rpartition("[")[2] for row in found] == ["use", "import"]


@pytest.mark.parametrize("name", QUIET)
async def test_comments_and_strings_are_left_out_and_counted(tmp_path: Path, name: str) -> None:
    box = open_box(tmp_path, {name.encode(): file(QUIET[name].encode())})
    result = await ask(box, "find_callers", symbol="charge")
    lines = sum("charge" in line for line in QUIET[name].split("\n"))
    assert result.text == (
        "No use was found by the name in the text. Left out as definitions, comments or strings: "
        f"{lines} line{'s' * (lines != 1)}."
    )
    assert await rows(box, "find_definition", symbol="charge") == []


async def test_only_whole_words_count_and_a_qualified_name_means_its_last_part(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a_dot_py="recharge()\ncharge_all()\nécharge()\norder.charge()\nnaïve()\n"))
    for symbol in ("charge", "Order.charge", "order::charge", "charge()", "order->charge", " charge "):
        assert await rows(box, "find_callers", symbol=symbol) == ["a.py:4: [use] order.charge()"]
    assert await rows(box, "find_callers", symbol="naïve") == ["a.py:5: [use] naïve()"]


@pytest.mark.parametrize("symbol", ["", "a b", "a(", "(?i)x", "a\nb", "x" * 201, "..", "\0", "charge("])
async def test_what_is_no_name_is_refused(tmp_path: Path, symbol: str) -> None:
    box = open_box(tmp_path, files(a="x"))
    for tool in ("find_definition", "find_callers"):
        assert "not a name" in await refusal(box, tool, symbol=symbol)


async def test_answers_say_that_text_told_them_and_where_no_language_is_known(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(notes="charge it\n", a_dot_py="def charge(): ...\ncharge()\n"))
    assert (await ask(box, "find_definition", symbol="charge")).text.startswith(
        "Found by patterns on text, not by a compiler: 1 definition. 1 line in files of no known language: find_"
    )
    assert (await ask(box, "find_callers", symbol="charge")).text.startswith(
        "Found by the name in the text, not by a compiler: 1 use, 1 mention. Left out as"
    )
    assert "may come from a dependency" in (await ask(box, "find_definition", symbol="absent")).text


HOSTILE = ["/*" * 60_000, '"' * 90_000, "`${" * 40_000, "charge " * 30_000, "'''" * 40_000, "import\n" * 30_000]


@pytest.mark.parametrize("name", ["a.py", "a.ts", "a.rs", "a.c", "a.rb", "a.sh"])
async def test_hostile_text_is_read_in_linear_time(tmp_path: Path, name: str) -> None:
    tree = {f"{index}/{name}".encode(): file(f"{text}\ncharge\n".encode()) for index, text in enumerate(HOSTILE)}
    box = open_box(tmp_path, tree)
    assert not (await ask(box, "find_callers", symbol="charge")).error
