import logging
from collections.abc import Callable

import pytest

from app.core.model import Reply, Usage
from app.store.database import Database
from app.store.records.replies import Replies
from tests.store.rows import NOW, later

KEY = bytes(range(32))
SECRET = "the canary sings at dawn"
USAGE = Usage(calls=1, input_tokens=10, output_tokens=3)


def reply(digest: str = "d1", text: str = SECRET) -> Reply:
    return Reply(
        digest=digest, text=text, model="m-1", stop_reason="end_turn", usage=USAGE, request_id="r", seconds=1.5
    )


def replies(database: Database, key: bytes = KEY) -> Replies:
    return Replies(database, key, clock=lambda: NOW)


async def test_a_reply_is_read_back_as_it_was_and_marked_as_stored(database: Database) -> None:
    await replies(database).put(reply())
    stored = await replies(database).get("d1")
    assert stored is not None
    assert stored.stored
    assert (stored.text, stored.usage, stored.model, stored.seconds) == (SECRET, USAGE, "m-1", 1.5)
    assert await replies(database).get("d2") is None


@pytest.mark.parametrize("text", ["a\x00b", "lone \ud800 surrogate", "", "é" * 100_000])
async def test_any_text_of_a_model_survives(database: Database, text: str) -> None:
    await replies(database).put(reply(text=text))
    stored = await replies(database).get("d1")
    assert stored is not None
    assert stored.text == text


async def test_nothing_of_a_reply_can_be_read_in_the_table(database: Database) -> None:
    await replies(database).put(reply())
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT ciphertext, usage::text, model FROM lintel.reply")
        rows = await cursor.fetchall()
    assert b"canary" not in bytes(rows[0][0])
    assert "canary" not in str(rows[0][1:])


def swap_digests(_: bytes) -> str:
    return "UPDATE lintel.reply SET digest = 'd1' WHERE digest = 'd2'"


def flip_a_byte(ciphertext: bytes) -> str:
    changed = ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])
    return f"UPDATE lintel.reply SET ciphertext = '\\x{changed.hex()}', digest = 'd1'"


def cut_short(_: bytes) -> str:
    return "UPDATE lintel.reply SET ciphertext = '\\x01', digest = 'd1'"


@pytest.mark.parametrize("tamper", [swap_digests, flip_a_byte, cut_short])
async def test_a_reply_that_was_tampered_with_is_asked_anew_and_said_so(
    database: Database, tamper: Callable[[bytes], str], caplog: pytest.LogCaptureFixture
) -> None:
    await replies(database).put(reply("d2"))
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT ciphertext FROM lintel.reply")).fetchone()
        assert row is not None
        await connection.execute(tamper(bytes(row[0])).encode())
    with caplog.at_level(logging.WARNING):
        assert await replies(database).get("d1") is None
    assert "d1" in caplog.text
    assert "canary" not in caplog.text


async def test_under_another_key_a_reply_is_unreadable_and_can_be_stored_again(database: Database) -> None:
    await replies(database).put(reply())
    other = replies(database, key=bytes(32))
    assert await other.get("d1") is None
    await other.put(reply(text="anew"))
    stored = await other.get("d1")
    assert stored is not None
    assert stored.text == "anew"


async def test_old_replies_are_forgotten(database: Database) -> None:
    await replies(database).put(reply())
    assert await replies(database).forget(NOW) == 0
    assert await replies(database).forget(later(1)) == 1
    assert await replies(database).get("d1") is None


def test_a_key_of_another_length_is_refused(postgres_dsn: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Replies(None, b"short", clock=lambda: NOW)  # type: ignore[arg-type]  # never reached
