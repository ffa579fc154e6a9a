"""A replacement fits its file only if the language takes it, and all around it remains what it was."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.findings.fixes import Replacement
from app.syntax.languages import LANGUAGES, Language
from app.syntax.parsing import MAX_BYTES, Parsed, parse
from app.syntax.replacement import BROKEN, IDLE, SHIFTED, UNREAD, weigh_replacement
from app.syntax.tokens import walk_tokens
from app.syntax.weighable import is_weighable
from tests.syntax.judging import find_flaw
from tests.syntax.moments import NEVER, after_looks
from tests.syntax.samples import SAMPLES


@dataclass(frozen=True)
class Case:
    """Suggestions for the line of a sample that reads so, and what is wrong with those that are."""

    line: str
    good: tuple[str, ...]
    bad: tuple[tuple[str, str], ...]


CASES = {
    Language.PYTHON: Case(
        "        return reduce(add, self.prices, 0)",
        (
            "        return sum(self.prices)",
            "        if not self.prices:\n            return 0\n        return sum(self.prices)",
            '        return sum(self.prices) or "(" == "["',
            "        return [*map(int, self.prices)][0]  # the first",
        ),
        (
            ("        return reduce(add, self.prices, 0", BROKEN),
            ("        if self.prices:", BROKEN),
            ('        return """', BROKEN),
            ("        return reduce(add, self.prices, 0)  # all of them", IDLE),
            ("        return  reduce( add, self.prices, 0 )", IDLE),
            ("        return print 'x'", BROKEN),
            ("", SHIFTED),
        ),
    ),
    Language.JAVASCRIPT: Case(
        "  await post('/orders', text)",
        (
            "  await post('/orders', text, { retry: 3 })",
            "  if (text) {\n    await post(`/orders/${text}`)\n  }",
            "  const reply = await post('/orders', text) // :-(\n  return reply",
            "  await post(/[({]/, text)",
            "",
        ),
        (
            ("  await post('/orders', text", BROKEN),
            ("  await post('/orders', `text)", BROKEN),
            ("  await post('/orders', text) /* all", BROKEN),
            ("  }\n  await post('/orders', text)\n  {", SHIFTED),
            ("  } ; const other = async (text) => {\n  await post('/orders', text)", SHIFTED),
            ("  await post('/orders', text) // all", IDLE),
            ("  await post('/orders',   text)", IDLE),
        ),
    ),
    Language.TYPESCRIPT: Case(
        "    return this.prices.reduce((sum, price) => sum + price, 0)",
        (
            "    return this.prices.reduce<number>((sum, price) => sum + price, 0)",
            "    const none: readonly number[] = []\n    return (this.prices ?? none).length",
            "    return this.prices.at(-1)! as number",
            "    return Object.values({ ...this.prices }).length",
        ),
        (
            ("    return this.prices.reduce((sum, price => sum + price, 0)", BROKEN),
            ("    return this.prices.reduce((sum: , price) => sum, 0)", BROKEN),
            ("    return 0 }\n    other(): number { return 1", SHIFTED),
            ("    return 0\n  }\n\n  other(): number {\n    return 1", "its indentation is another"),
            ("    /* return this.prices.reduce((sum, price) => sum + price, 0)", BROKEN),
            ("    return this.prices\n      .reduce((sum, price) => sum + price, 0)", IDLE),
        ),
    ),
    Language.TSX: Case(
        "    <h1>{title}</h1>",
        (
            "    <h1>{title.trim()}</h1>",
            "    <h1 className='x'>\n      {title}\n    </h1>",
            "    <Head title={title} />",
            "    {title && <h1>{title}</h1>}",
            "",
        ),
        (
            ("    <h1>{title}</h2>", BROKEN),
            ("    <h1>{title</h1>", BROKEN),
            ("    <h1>{title}", BROKEN),
            ("    </section><section>", BROKEN),
            ("    <h1>{title}</h1> {/* the title", BROKEN),
            ("    <h1 >{ title }</h1>", IDLE),
        ),
    ),
    Language.GO: Case(
        "\t\tsum += price",
        (
            "\t\tsum += 2 * price",
            "\t\tif price > 0 {\n\t\t\tsum += price\n\t\t}",
            "\t\tsum += len(`(`)",
            "\t\tsum, last = sum+price, price",
            "",
        ),
        (
            ("\t\tsum += price)", BROKEN),
            ("\t\tsum += `price", BROKEN),
            ("\t\tif price > 0 {", BROKEN),
            ("\t\t}\n\t\tfor range o.prices {\n\t\t\tsum++", SHIFTED),
            ("\t\tsum += price // the price", IDLE),
            ("\t\tsum  +=  price", IDLE),
        ),
    ),
    Language.JAVA: Case(
        "            sum += price;",
        (
            "            sum = Math.addExact(sum, price);",
            "            if (price > 0) {\n                sum += price;\n            }",
            '            sum += "{".length();',
            "            sum += (int) (price * 1.0);",
            "",
        ),
        (
            ("            sum += price", BROKEN),
            ("            sum += (price;", BROKEN),
            ("            sum += price; }", BROKEN),
            ("            } for (int other : prices) { sum += other;", SHIFTED),
            ("            sum += price; /* all", BROKEN),
            ("            sum += price; // all", IDLE),
        ),
    ),
    Language.RUST: Case(
        "            sum += price;",
        (
            "            sum += price.checked_mul(2).unwrap_or(0);",
            "            if *price > 0 {\n                sum += price;\n            }",
            "            sum += matches!(price, 1 | 2) as u32;",
            '            sum += r#"("#.len() as u32;',
            "",
        ),
        (
            ("            sum += vec![price;", BROKEN),
            ("            sum += price; }", BROKEN),
            ('            sum += "price;', BROKEN),
            ("            }\n            for price in &[1] {\n                sum += price;", SHIFTED),
            ("            sum += price; // all", IDLE),
        ),
    ),
    Language.C_SHARP: Case(
        "            this.prices = prices;",
        (
            "            this.prices = prices ?? new int[0];",
            "            if (prices is null)\n            {\n                throw null;\n            }",
            '            Name = $"{prices.Length}";',
            "            this.prices = prices.Where(one => one > 0).ToArray();",
            "",
        ),
        (
            ("            this.prices = prices", BROKEN),
            ("            this.prices = prices.Where(one => one > 0.ToArray();", BROKEN),
            ("            this.prices = prices; }", BROKEN),
            ('            this.prices = @"prices;', BROKEN),
            ("            } void Other() { this.prices = prices;", SHIFTED),
            ("            this.prices  =  prices; // all", IDLE),
        ),
    ),
    Language.KOTLIN: Case(
        "            sum += price",
        (
            "            sum += price * 2",
            "            if (price > 0) {\n                sum += price\n            }",
            '            sum += "${price}(".length',
            "            sum += listOf(price).map { it + 1 }.first()",
            "",
        ),
        (
            ("            sum += (price", BROKEN),
            ('            sum += "price', BROKEN),
            ("            sum += price }", BROKEN),
            ("            }\n            for (other in prices) {\n                sum += other", SHIFTED),
            ("            sum += price // all", IDLE),
        ),
    ),
    Language.RUBY: Case(
        "        sum += price",
        (
            "        sum += price.abs",
            "        sum += price if price > 0",
            '        sum += "#{price}(".size',
            "        if price > 0\n          sum += price\n        end",
            "",
        ),
        (
            ("        sum += (price", BROKEN),
            ("        sum += price end", BROKEN),
            ("        if price > 0", BROKEN),
            ('        sum += "price', BROKEN),
            ("        sum += price # all", IDLE),
        ),
    ),
    Language.PHP: Case(
        "            $sum += $price;",
        (
            "            $sum += 2 * $price;",
            "            if ($price > 0) {\n                $sum += $price;\n            }",
            '            $sum += strlen("({$price}");',
            "            $sum += [$price][0] ?? 0;",
            "",
        ),
        (
            ("            $sum += ($price;", BROKEN),
            ("            $sum += $price; }", BROKEN),
            ("            $sum += 'price;", BROKEN),
            ("            } foreach ([] as $other) { $sum += $other;", SHIFTED),
            ("            $sum += $price; // all", IDLE),
            ("            $sum += $price; # all", IDLE),
        ),
    ),
    Language.C: Case(
        "        sum += order->prices[i];",
        (
            "        sum += 2 * order->prices[i];",
            "        if (order->prices[i] > 0) {\n            sum += order->prices[i];\n        }",
            "        sum += '(' + \"[\"[0];",
            "        sum += TWICE(order->prices[i]);",
            "",
        ),
        (
            ("        sum += order->prices[i]", BROKEN),
            ("        sum += order->prices[i;", BROKEN),
            ("        sum += order->prices[i]; }", BROKEN),
            ("        } while (0) { sum += 1;", SHIFTED),
            ("        sum += order->prices[i]; /* all", BROKEN),
            ("        sum += order->prices[i]; // all", IDLE),
        ),
    ),
    Language.CPP: Case(
        "            sum += price;",
        (
            "            sum += std::max<int>(price, 0);",
            "            if (price > 0) {\n                sum += price;\n            }",
            '            sum += R"x(()x"[0];',
            "            sum += [&] { return price; }();",
            "",
        ),
        (
            ("            sum += price", BROKEN),
            ("            sum += std::max<int>(price, 0;", BROKEN),
            ("            sum += price; }", BROKEN),
            ("            } for (int other : prices_) { sum += other;", SHIFTED),
            ('            sum += "price;', BROKEN),
            ("            sum += price; // all", IDLE),
        ),
    ),
}
GOOD = [(language, case.line, one) for language, case in CASES.items() for one in case.good]
BAD = [(language, case.line, *one) for language, case in CASES.items() for one in case.bad]


def judge(language: Language, line: str, suggestion: str, *, ending: str = "\n", behaviour: bool = True) -> str | None:
    text = SAMPLES[language]
    at = text.split("\n").index(line) + 1
    path = f"src/order.{LANGUAGES[language].endings[0]}"
    whole = text.replace("\n", ending)
    return find_flaw(path, whole, range(at, at + 1), suggestion, behaviour=behaviour)


@pytest.mark.parametrize(("language", "line", "suggestion"), GOOD)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_suggestion_that_fits_is_offered(language: Language, line: str, suggestion: str, ending: str) -> None:
    assert judge(language, line, suggestion, ending=ending) is None


@pytest.mark.parametrize(("language", "line", "suggestion", "flaw"), BAD)
def test_a_suggestion_that_does_not_fit_is_not(language: Language, line: str, suggestion: str, flaw: str) -> None:
    assert judge(language, line, suggestion) == flaw


def test_every_language_has_enough_of_both() -> None:
    assert set(CASES) == set(Language)
    assert min(len(case.good) for case in CASES.values()) >= 4
    assert min(len(case.bad) for case in CASES.values()) >= 4


@pytest.mark.parametrize(
    ("path", "before", "suggestion", "flaw"),
    [
        ("a.json", '{\n  "a": 1\n}', '  "a": 2', None),
        ("a.json", '{\n  "a": 1\n}', '  "a": true', None),
        ("a.json", '{\n  "a": 1\n}', '  "a": 1.0', None),
        ("a.json", '{\n  "a": 1\n}', '  "a":  1', IDLE),
        ("a.json", '{\n  "a": 1\n}', '  "a": 2,', BROKEN),
        ("a.toml", "[x]\na = 1\n", "a = 2", None),
        ("a.toml", "[x]\na = 1\n", "a = ", BROKEN),
        ("a.toml", "[x]\na = 1\n", "a = 1 # one", IDLE),
        ("a.toml", "[x]\na = 1\nb = 1", "b = 2", BROKEN),
        ("a.yml", "x:\n  a: 1\n", "  a: 2", None),
        ("a.yml", "x:\n  a: 1\n", "  a: '1'", None),
        ("a.yaml", "x:\n  a: 1\n", "  a: 1  # one", IDLE),
        ("a.yaml", "x:\n  a: 1\n", "  a: [2", BROKEN),
        ("a.py", "if x:\n    a = 1\n    b = 2\n", "    a = 2", None),
        ("a.py", "\ufeffif x:\n    a = 1\n", "    a = 2", None),
        ("a.py", "print 'x'\ntotal = 0\n", "total = 1", BROKEN),
        ("a.md", "# Words\nOne ( two\n", "One ) two", None),
        ("a.txt", "flask\ndjango\n", "django==5", UNREAD),
        ("a.sh", "#!/bin/sh\necho $1\n", 'echo "$1"', UNREAD),
        ("Makefile", "x:\n\techo (a)\n", "\techo (b)", UNREAD),
        ("a.go", "package a\nvar x = 1\n", "var x = 2", None),
    ],
)
def test_what_nobody_reads_is_not_offered_and_what_is_read_exactly_must_be_right(
    path: str, before: str, suggestion: str, flaw: str | None
) -> None:
    assert find_flaw(path, before, range(2, 3), suggestion) == flaw
    assert is_weighable(path) == (flaw != UNREAD)


@pytest.mark.parametrize(
    ("text", "lines", "suggestion", "flaw"),
    [
        ("a(\nfunction f() {\n  g()\n}\n", range(3, 4), "  g(1)", BROKEN),
        ("function f() {\n  g()\n}\n)\n", range(2, 3), "  g(1)", None),
        ("function f() {\n  g()\n}\n)\n", range(2, 3), "  g(1", BROKEN),
        ("function f() {\n  g(\n}\n", range(2, 3), "  g()", SHIFTED),
        ("function f() {\n  g() )\n}\n", range(2, 3), "  g()", SHIFTED),
        ("function f() {\n  g(@)\n}\n", range(2, 3), "  g(1)", None),
    ],
)
def test_faults_of_other_lines_stay_theirs_and_some_of_these_lines_are_mended(
    text: str, lines: range, suggestion: str, flaw: str | None
) -> None:
    assert find_flaw("a.js", text, lines, suggestion) == flaw


def test_a_claim_about_words_may_change_words_alone() -> None:
    line = CASES[Language.GO].line
    assert judge(Language.GO, line, "\t\tsum += price // the price") == IDLE
    assert judge(Language.GO, line, "\t\tsum += price // the price", behaviour=False) is None
    line = CASES[Language.PYTHON].line
    assert judge(Language.PYTHON, line, f"{line}  # all", behaviour=False) is None


def test_white_space_that_python_acts_on_is_a_change() -> None:
    text = "def f(x):\n    if x:\n        a()\n        b()\n"
    assert find_flaw("a.py", text, range(2, 5), "    if x:\n        a()\n    b()") is None


@pytest.mark.parametrize("looks", [0, 1, 2])
@pytest.mark.parametrize(
    ("path", "row"), [("a.go", "var a = 1\n"), ("a.yml", "a: 1\n"), ("a.rs", "const A: u8 = 1;\n")]
)
def test_what_takes_too_long_is_not_offered(path: str, row: str, looks: int) -> None:
    text = row + "\n" * 10_000
    flaw = weigh_replacement(Replacement(path, text, 0, len(row), row.replace("1", "2")), deadline=after_looks(looks))
    assert flaw is not None


@pytest.mark.parametrize("path", ["a.go", "a.py", "a.json", "a.yml"])
def test_what_is_too_large_is_not_offered(path: str) -> None:
    row = "1" if path == "a.json" else "a: 1\n" if path == "a.yml" else "a = 1\n"
    text = row + "\n" * MAX_BYTES
    assert weigh_replacement(Replacement(path, text, 0, len(row), row.replace("1", "2")), deadline=NEVER) is not None


@pytest.mark.parametrize("unit", ["(", "[", "{", "-", "f'{", "a.", "not ", "lambda:", "- ", "&a "])
@pytest.mark.parametrize("path", ["a.py", "a.json", "a.toml", "a.yml"])
def test_deep_nesting_is_refused_soon(path: str, unit: str) -> None:
    text = f"{unit * 20_000}\nx = 0\n"
    flaw = find_flaw(path, text, range(2, 3), "x = 1", deadline=after_looks(2_000))
    assert flaw == BROKEN or (path == "a.yml" and unit not in "[{")


def tokens_outside(language: Language, text: str, start: int, end: int) -> list[tuple[str, bytes]]:
    parsed = parse(language, text.encode(), deadline=NEVER)
    assert isinstance(parsed, Parsed)
    head, tail = len(text[:start].encode()), len(text[:end].encode())
    tokens = list(walk_tokens(parsed, 0, len(parsed.source)))
    outside = [token for token in tokens if token.end <= head or token.start >= tail]
    return [(token.kind, parsed.source[token.start : token.end]) for token in outside]


def test_a_struct_without_its_head_is_no_block() -> None:
    text = SAMPLES[Language.C]
    head = "struct order {\n"
    start = text.index(head)
    replacement = Replacement("a.c", text, start, start + len(head), "{\n")
    assert weigh_replacement(replacement, deadline=NEVER) == SHIFTED


@given(st.sampled_from(Language), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_offered_leaves_every_token_around_it_as_it_was(language: Language, data: st.DataObject) -> None:
    text = SAMPLES[language]
    rows = text.split("\n")[:-1]
    first = data.draw(st.integers(1, len(rows)))
    last = data.draw(st.integers(first, min(first + 3, len(rows))))
    new = data.draw(st.lists(st.sampled_from(rows), max_size=4))
    start, end = (sum(len(row) + 1 for row in rows[:at]) for at in (first - 1, last))
    piece = "".join(f"{row}\n" for row in new)
    replacement = Replacement(f"a.{LANGUAGES[language].endings[0]}", text, start, end, piece)
    if weigh_replacement(replacement, deadline=NEVER) is None:
        before = tokens_outside(language, text, start, end)
        assert before == tokens_outside(language, replacement.after, start, start + len(piece))
        if language is Language.PYTHON:
            ast.parse(replacement.after)
