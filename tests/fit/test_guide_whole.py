"""From two versions of some files to the guide: what is nearly mechanical, moved or formatting has to be read."""

from __future__ import annotations

from app.analyzers.apart.parsers import open_parsers
from app.analyzers.comparing import ChangedFile, compare_apart
from app.architecture.guide.passages import make_guide
from app.core.change.plan import FileClass, PlannedFile
from app.core.fit.guide import Group, ReadingGuide
from tests.core.changes import change_file

PAY = "def pay(cart):\n    total = sum(cart)\n    return total * 100\n"
CLOSE = "def close(till):\n    till.lock()\n    till.count()\n    till.print()\n    till.unlock()\n    till.tell()\n"


async def guide_of(**versions: tuple[str, str]) -> ReadingGuide:
    files = [
        ChangedFile(change_file(f"{name}.py", old.splitlines(), new.splitlines()), old.encode(), new.encode())
        for name, (old, new) in versions.items()
    ]
    async with open_parsers() as parsers:
        compared = await compare_apart(files, parsers)
    return make_guide([PlannedFile(one.file, FileClass.SOURCE) for one in files], compared)


async def group_of(**versions: tuple[str, str]) -> dict[str, Group]:
    guide = await guide_of(**versions)
    return {passage.path.removesuffix(".py"): passage.group for passage in guide.passages}


async def test_the_one_place_of_twenty_that_is_renamed_otherwise_is_read() -> None:
    old = "def f(cart, card):\n    return total(cart)\n"
    versions = {f"part_{number:02}": (old, old.replace("(cart)", "(basket)")) for number in range(20)}
    versions["part_07"] = (old, old.replace("(cart)", "(card)"))
    groups = await group_of(**versions)
    assert [name for name, group in groups.items() if group is Group.SUBSTANTIVE] == ["part_00", "part_07"]
    assert groups["part_01"] is Group.MECHANICAL


async def test_a_renaming_that_forgets_a_place_is_read() -> None:
    old = "def f(cart):\n    return cart, cart\n"
    versions = {f"part_{number}": (old, old.replace("cart, cart", "basket, basket")) for number in range(5)}
    versions["part_4"] = (old, old.replace("cart, cart", "basket, cart"))
    assert (await group_of(**versions))["part_4"] is Group.SUBSTANTIVE


async def test_a_function_that_moves_is_not_read_and_one_that_changes_on_its_way_is() -> None:
    moved = await group_of(a=(f"{PAY}\n\n{CLOSE}", CLOSE), b=("", PAY))
    assert moved == {"a": Group.MOVED, "b": Group.MOVED}
    other = await group_of(a=(f"{PAY}\n\n{CLOSE}", CLOSE), b=("", PAY.replace("100", "10")))
    assert other == {"a": Group.SUBSTANTIVE, "b": Group.SUBSTANTIVE}


async def test_a_function_that_moves_with_something_else_is_read() -> None:
    groups = await group_of(a=(f"{PAY}\n\n{CLOSE}", CLOSE), b=("", f"{PAY}\n\nimport os\n"))
    assert groups == {"a": Group.MOVED, "b": Group.SUBSTANTIVE}


async def test_only_white_space_that_says_nothing_is_formatting() -> None:
    block = "if cart:\n    pay(cart)\n    close(till)\n"
    groups = await group_of(
        same=("pay(cart,till)\n", "pay(cart, till)\n"),
        out=(block, block.replace("    close", "close")),
        text=("name = 'a b'\n", "name = 'a  b'\n"),
        broken=("pay(cart,till)\ndef (:\n", "pay(cart, till)\ndef (:\n"),
    )
    assert [name for name, group in groups.items() if group is Group.FORMATTING] == ["same"]
