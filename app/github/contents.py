"""Reading one file of a repository over the API, without ever following a symbolic link.

GitHub follows a link to a file silently, so the file's entry in its directory is looked at first and must be the
very blob that comes. https://docs.github.com/en/rest/repos/contents#get-repository-content
"""

from __future__ import annotations

import base64
import binascii
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from app.github.errors import Context, FileTooLarge, NotAFile, NotFound, UnreadableAnswer
from app.github.reading import Reader

# Above this the API leaves the content out of the answer.
MOST_BYTES: Final = 1_000_000
# A directory's listing stops here.
_MOST_ENTRIES: Final = 1000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    type: str
    name: str
    sha: str
    size: int = 0
    encoding: str = ""
    content: str = ""


async def read_file(reader: Reader, path: str, ref: str, most_bytes: int) -> bytes | None:
    """The bytes of the regular file at `path` in `ref`, or None where the tree has none.

    Raises NotAFile for anything but a regular file, FileTooLarge beyond `most_bytes`, UnreadableAnswer when the
    directory is too large to be looked at.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return None
    directory, name = "/".join(parts[:-1]), parts[-1]
    context = Context("GET", f"{reader.prefix}/contents/{quote(path)}")
    listing = await _look(reader, directory, ref)
    if listing is None:
        return None
    if not isinstance(listing, list):
        raise NotAFile("its directory is a link or a file", context)
    entry = _entry_named(listing, name, context)
    if entry is None:
        return None
    if entry.type != "file":
        raise NotAFile(f"it is a {entry.type[:20]}", context)
    if entry.size > min(most_bytes, MOST_BYTES):
        raise FileTooLarge(f"it has {entry.size} bytes", context)
    answer = await _look(reader, path, ref)
    if answer is None:
        raise NotAFile("it went away while it was read", context)
    return _content(answer, entry, context)


async def _look(reader: Reader, path: str, ref: str) -> JsonValue:
    try:
        return await reader.get_json(f"/contents/{quote(path)}".rstrip("/"), {"ref": ref})
    except NotFound:
        return None


def _entry_named(listing: list[JsonValue], name: str, context: Context) -> _Entry | None:
    try:
        entries = [_Entry.model_validate(entry) for entry in listing]
    except ValidationError as error:
        raise UnreadableAnswer("the directory's listing has an unknown shape", context) from error
    found = next((entry for entry in entries if entry.name == name), None)
    if found is None and len(entries) >= _MOST_ENTRIES:
        raise UnreadableAnswer("its directory has more entries than GitHub lists", context)
    return found


def _content(answer: JsonValue, listed: _Entry, context: Context) -> bytes:
    try:
        file = _Entry.model_validate(answer)
        content = base64.b64decode(file.content)
    except (ValidationError, binascii.Error) as error:
        raise UnreadableAnswer("the file's content has an unknown shape", context) from error
    if file.type != "file" or file.sha != listed.sha:
        raise NotAFile("it was exchanged while it was read", context)
    if file.encoding != "base64" or len(content) != listed.size:
        raise UnreadableAnswer("the file's content is not complete", context)
    return content
