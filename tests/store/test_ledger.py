import asyncio
import hashlib
import json
from datetime import timedelta, timezone

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.database import Database
from app.store.faults import ChainBroken
from app.store.records import ledger
from app.store.records.ledger import GENESIS, Entry, NotCanonical, Verified, canonical
from tests.store.rows import NOW, later


async def append(database: Database, kind: str = "gate.set", chain: str = "7", **body: object) -> Entry:
    async with database.transaction() as connection:
        return await ledger.append(connection, chain, kind, body, at=NOW)  # type: ignore[arg-type]  # JSON values


async def verify(database: Database, chain: str = "7", anchors: dict[int, str] | None = None) -> Verified:
    async with database.transaction() as connection:
        return await ledger.verify(connection, chain, anchors=anchors)


async def test_entries_count_from_one_and_each_carries_the_hash_of_the_one_before(database: Database) -> None:
    first, second = await append(database), await append(database)
    assert (first.seq, first.prev) == (1, GENESIS)
    assert (second.seq, second.prev) == (2, first.hash)
    assert await verify(database) == Verified("7", 2, second.hash)


async def test_the_hash_can_be_computed_by_anybody_from_the_documented_rule(database: Database) -> None:
    entry = await append(database, kind="override.granted", reason='é\n"x"', n=3, who={"id": 1, "b": None})
    body = '{"n":3,"reason":"é\\n\\"x\\"","who":{"b":null,"id":1}}'
    text = (
        f'{{"at":"2026-03-01T12:00:00.000000+00:00","body":{body},"chain":"7","kind":"override.granted","seq":1,"v":1}}'
    )
    assert entry.hash == hashlib.sha256(b"lintel/v1\0" + b"0" * 64 + b"\0" + text.encode()).hexdigest()


async def test_fifty_appends_at_once_leave_one_unbroken_chain(postgres_dsn: str) -> None:
    async with Database(postgres_dsn, max_size=20, patience_s=30) as database:
        entries = await asyncio.gather(*(append(database, n=n) for n in range(50)))
        assert sorted(entry.seq for entry in entries) == list(range(1, 51))
        assert (await verify(database)).entries == 50


async def test_chains_do_not_mix(database: Database) -> None:
    await asyncio.gather(*(append(database, chain=str(n % 3)) for n in range(30)))
    async with database.connection() as connection:
        assert await ledger.chains(connection) == ("0", "1", "2")
    assert [(await verify(database, str(n))).entries for n in range(3)] == [10, 10, 10]


async def test_a_rolled_back_transaction_leaves_no_gap(database: Database) -> None:
    await append(database)

    async def crash() -> None:
        async with database.transaction() as connection:
            await ledger.append(connection, "7", "lost", {}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await crash()
    await append(database)
    assert (await verify(database)).entries == 2


@pytest.mark.parametrize(
    "statement",
    ["UPDATE lintel.ledger SET kind = 'x'", "DELETE FROM lintel.ledger", "TRUNCATE lintel.ledger"],
)
async def test_the_ledger_is_append_only(database: Database, statement: str) -> None:
    await append(database)
    async with database.connection() as connection:
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            await connection.execute(statement.encode())


TAMPERINGS = {
    "a changed body": ("UPDATE lintel.ledger SET body = '{\"n\": 9}' WHERE seq = 3", 3),
    "a changed kind": ("UPDATE lintel.ledger SET kind = 'x' WHERE seq = 2", 2),
    "a changed time": ("UPDATE lintel.ledger SET at = at + interval '1 second' WHERE seq = 4", 4),
    "a removed entry": ("DELETE FROM lintel.ledger WHERE seq = 2", 2),
    "a removed beginning": ("DELETE FROM lintel.ledger WHERE seq < 3", 1),
    "two swapped": ("UPDATE lintel.ledger SET seq = CASE seq WHEN 2 THEN -3 ELSE 2 END WHERE seq IN (2, 3)", 2),
    "a splice from another chain": ("UPDATE lintel.ledger SET chain = '7', seq = 6 WHERE chain = '8'", 6),
    "a renumbered end": ("UPDATE lintel.ledger SET seq = 9 WHERE chain = '7' AND seq = 5", 5),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_verification_names_the_first_entry_that_is_wrong(database: Database, tampering: str) -> None:
    for n in range(5):
        await append(database, n=n)
    await append(database, chain="8")
    statement, seq = TAMPERINGS[tampering]
    await tamper(database, statement)
    with pytest.raises(ChainBroken) as caught:
        await verify(database)
    assert (caught.value.chain, caught.value.seq) == ("7", seq)


async def test_a_cut_or_rewritten_end_is_seen_by_the_witness_alone(database: Database) -> None:
    entries = [await append(database, n=n) for n in range(5)]
    anchors = {entry.seq: entry.hash[:16] for entry in entries}
    assert (await verify(database, anchors=anchors)).entries == 5
    await tamper(database, "DELETE FROM lintel.ledger WHERE seq > 3")
    assert (await verify(database)).entries == 3
    with pytest.raises(ChainBroken) as cut:
        await verify(database, anchors=anchors)
    assert cut.value.seq == 4
    await append(database, n=77)
    with pytest.raises(ChainBroken, match="witness") as rewritten:
        await verify(database, anchors=anchors)
    assert rewritten.value.seq == 4


async def test_an_export_reads_the_entries_after_a_number(database: Database) -> None:
    for n in range(4):
        await append(database, n=n)
    async with database.transaction() as connection:
        found = [entry async for entry in ledger.entries(connection, "7", after=2)]
    assert [entry.body["n"] for entry in found] == [2, 3]


@pytest.mark.parametrize("value", [0.5, float("nan"), 2**53, {"deep": [1, [1.0]]}])
async def test_numbers_that_readers_do_not_agree_on_are_refused(database: Database, value: object) -> None:
    with pytest.raises(NotCanonical):
        await append(database, value=value)


async def test_the_time_zone_of_the_clock_does_not_matter(database: Database) -> None:
    async with database.transaction() as connection:
        moment = later(0).astimezone(timezone(timedelta(hours=5, minutes=30)))
        await ledger.append(connection, "7", "x", {}, at=moment)
    assert (await verify(database)).entries == 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_loses_nothing_and_does_not_depend_on_order(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


def test_keys_are_sorted_by_utf_16_units_as_rfc_8785_says() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


async def test_untrusted_text_in_a_body_verifies(database: Database) -> None:
    await append(database, title="a\x00b\ud800\n\u2028{}")
    assert (await verify(database)).entries == 1


async def tamper(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.execute("ALTER TABLE lintel.ledger DISABLE TRIGGER USER")
        await connection.execute(statement.encode())
        await connection.execute("UPDATE lintel.ledger SET seq = -seq WHERE seq < 0")
        await connection.execute("ALTER TABLE lintel.ledger ENABLE TRIGGER USER")
