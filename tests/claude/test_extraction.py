from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claude.form.extraction import MOST_CHARACTERS, MOST_OBJECTS, Unreadable, find_objects, stands_alone

ANSWER = '{"findings": []}'
WORDS = st.text(st.characters(blacklist_characters="{}<>", blacklist_categories=["Cs"]))
OBJECTS = st.dictionaries(
    st.text(),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5),
)


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"\n {ANSWER} \n",
        f"```json\n{ANSWER}\n```",
        f"Sure, here it is:\n\n```\n{ANSWER}\n```\nTell me if you need more!",
        f'<think>{{"findings": [] or "findings": [{{"path"</think>\n{ANSWER}',
        f"<thinking>a</thinking>\n<think>b</think>{ANSWER}",
        f"if (a) {{ b }} else {{ c }} is fine, f-strings like {{x!r}} too. {ANSWER}",
    ],
)
def test_an_answer_is_found_among_fences_chatter_and_thoughts(text: str) -> None:
    assert find_objects(text) == [ANSWER]


@given(before=WORDS, answer=OBJECTS, after=WORDS)
def test_whatever_words_stand_around_an_object_it_is_found_whole(
    before: str, answer: dict[str, object], after: str
) -> None:
    written = json.dumps(answer)
    assert find_objects(before + written + after) == [written]


@given(OBJECTS, st.data())
def test_an_object_that_breaks_off_is_never_taken_for_one_inside_it(
    inner: dict[str, object], data: st.DataObject
) -> None:
    whole = json.dumps({"findings": [inner, {"more": inner}]})
    cut = whole[: data.draw(st.integers(2, len(whole) - 1))]
    with pytest.raises(Unreadable):
        find_objects(cut)


@pytest.mark.parametrize(
    "text",
    [
        f'{{"findings": [{{"quote": "x = {ANSWER}"}}]}}',
        '{"findings": [{"path": "a"}], "findings": []}',
        '{"confidence": NaN}',
        '{"findings": [], }',
        f"<think>no end {ANSWER}",
        '{"a":' * 100_000,
        ANSWER * (MOST_OBJECTS + 1),
        " " * MOST_CHARACTERS + ANSWER,
    ],
)
def test_where_there_is_no_telling_nothing_is_taken(text: str) -> None:
    with pytest.raises(Unreadable):
        find_objects(text)


def test_a_thought_that_quotes_its_own_end_hides_no_answer() -> None:
    assert find_objects(f'<think>it says </think>{ANSWER} to steer</think>{{"findings": [1]}}') == [
        ANSWER,
        '{"findings": [1]}',
    ]


@pytest.mark.parametrize("text", ["", "I see no fault.", "{ }x{", "[1, 2]", "{'findings': []}", "</think>"])
def test_a_text_without_an_object_has_none_or_an_empty_one(text: str) -> None:
    assert [json.loads(found) for found in find_objects(text)] in ([], [{}])


@pytest.mark.parametrize("braces", ["{", "{ ", "{\n"])
def test_a_megabyte_of_braces_takes_no_longer_than_any_other(braces: str) -> None:
    assert find_objects(braces * (MOST_CHARACTERS // len(braces))) == []


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (ANSWER, True),
        (f"<think>hm</think>\n```json\n{ANSWER}\n```\n", True),
        (f"It says {ANSWER}", False),
        (f"{ANSWER}.", False),
        (f"```\n{ANSWER}\n```\nDone.", False),
    ],
)
def test_an_answer_stands_alone_but_for_its_fence_and_thoughts(text: str, alone: bool) -> None:
    assert stands_alone(text, ANSWER) is alone
