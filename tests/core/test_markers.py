from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.people.agents import AGENTS
from app.core.people.markers import (
    ChangeFacts,
    CoAuthor,
    CommitFacts,
    Mark,
    MarkKind,
    Signature,
    find_gone,
    find_marks,
    list_co_authors,
    read_marks,
)

ANN = Signature(name="Ann", email="ann@example.org", login="ann", user_id=7)
NOREPLY = "users.noreply.github.com"

MARKED_LINES = [
    ("Co-authored-by: Claude <noreply@anthropic.com>", "Claude"),
    ("Co-Authored-By: Claude Opus 4.5 <noreply@anthropic.com>", "Claude"),
    ("Co-Authored-By: Claude Sonnet 4 (1M context) <noreply@anthropic.com>", "Claude"),
    ("CO-AUTHORED-BY: CLAUDE <NOREPLY@ANTHROPIC.COM>", "Claude"),
    ("Co-authored-by: Claude", "Claude"),
    ("Co-authored-by: Claude Code", "Claude"),
    ("Co-authored-by: Claude Opus <claude@anthropic.com>", "Claude"),
    ("Co-authored-by: claude[bot] <209825114+claude[bot]@" + NOREPLY + ">", "Claude"),
    ("Co-authored-by: Claude <81847+claude@" + NOREPLY + ">", "Claude"),
    ("Co-authored-by: Cursor <cursoragent@cursor.com>", "Cursor"),
    ("Co-authored-by: Cursor Agent <cursoragent@cursor.com>", "Cursor"),
    ("Co-authored-by: Cursor Agent <199161495+cursoragent@" + NOREPLY + ">", "Cursor"),
    ("Co-authored-by: Copilot <175728472+Copilot@" + NOREPLY + ">", "GitHub Copilot"),
    ("Co-authored-by: Copilot App <223556219+Copilot@" + NOREPLY + ">", "GitHub Copilot"),
    ("Co-authored-by: copilot-swe-agent[bot] <198982749+Copilot@" + NOREPLY + ">", "GitHub Copilot"),
    ("Co-authored-by: GitHub Copilot <somebody@example.org>", "GitHub Copilot"),
    ("Co-authored-by: Codex <codex@openai.com>", "Codex"),
    ("Co-authored-by: ChatGPT <noreply@openai.com>", "Codex"),
    ("Co-authored-by: OpenAI GPT-5 <noreply@openai.com>", "Codex"),
    (
        "Co-authored-by: chatgpt-codex-connector[bot] <199175422+chatgpt-codex-connector[bot]@" + NOREPLY + ">",
        "Codex",
    ),
    ("Co-authored-by: aider (claude-3-7-sonnet) <aider@aider.chat>", "aider"),
    ("Co-authored-by: aider (gpt-4o) <noreply@aider.chat>", "aider"),
    ("Co-authored-by: aider (some/model)", "aider"),
    ("Co-authored-by: devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@" + NOREPLY + ">", "Devin"),
    ("Co-authored-by: google-labs-jules[bot] <161369871+google-labs-jules[bot]@" + NOREPLY + ">", "Jules"),
    ("Co-authored-by: gemini-code-assist[bot] <176961590+gemini-code-assist[bot]@" + NOREPLY + ">", "Gemini"),
    ("Co-authored-by: Gemini CLI <gemini-cli@google.com>", "Gemini"),
    ("Co-authored-by: Amp <amp@ampcode.com>", "Amp"),
    ("Co-authored-by: openhands <openhands@all-hands.dev>", "OpenHands"),
    ("Co-authored-by: OpenCode <opencode@" + NOREPLY + ">", "opencode"),
    ("Co-Authored-By: opencode <noreply@opencode.ai>", "opencode"),
    ("Co-Authored-By: Crush <crush@charm.land>", "Crush"),
    ("Co-authored-by: Qwen-Coder <qwen-coder@alibabacloud.com>", "Qwen Code"),
    ("Co-Authored-By: Warp <agent@warp.dev>", "Warp"),
    ("Co-authored-by: factory-droid[bot] <138933559+factory-droid[bot]@" + NOREPLY + ">", "Factory"),
    ("Co-authored-by: coderabbitai[bot] <136622811+coderabbitai[bot]@" + NOREPLY + ">", "CodeRabbit"),
    ("Co-authored-by: sweep-ai[bot] <128439645+sweep-ai[bot]@" + NOREPLY + ">", "Sweep"),
    ("Co-authored-by: gpt-engineer-app[bot] <159125892+gpt-engineer-app[bot]@" + NOREPLY + ">", "Lovable"),
    ("Co-authored-by: v0[bot] <v0[bot]@" + NOREPLY + ">", "v0"),
    ("Co-developed-by: Claude claude-opus-4 <noreply@anthropic.com>", "Claude"),
    ("Assisted-by: Claude:claude-opus-4 coccinelle", "Claude"),
    ("Assisted-by: Claude Code", "Claude"),
    ("Assisted-by: ClaudeCode:claude-opus-4-6", "Claude"),
    ("Assisted-by: GitHub Copilot", "GitHub Copilot"),
    ("Assisted-by: Codex gpt-5.5 xhigh", "Codex"),
    ("Assisted-by: GLM 4.6 via Crush <crush@charm.land>", "Crush"),
    ("Assisted-by: Gemini 2.5 Pro", "Gemini"),
    ("Assisted-by: an LLM", "an LLM"),
    ("Generated-by: Claude", "Claude"),
    ("Generated-by: ChatGPT 4o", "ChatGPT 4o"),
    ("Generated-by: GitHub Copilot", "GitHub Copilot"),
    ("AI-assisted-by: Qwen3 Coder", "Qwen3 Coder"),
    ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", "Claude"),
    ("🤖 Generated with [Claude Code](https://claude.ai/code)", "Claude"),
    ("Generated with Claude Code", "Claude"),
    ("🤖 Generated with [opencode](https://opencode.ai)", "opencode"),
    ("💘 Generated with Crush", "Crush"),
    ("Made-with: Cursor", "Cursor"),
    ("Made with [Cursor](https://cursor.com)", "Cursor"),
    ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "Amp"),
    ("Link to Devin run: https://app.devin.ai/sessions/1", "Devin"),
    ("*PR created automatically by Jules for task [1](https://jules.google.com/task/1) started by @ann*", "Jules"),
    ("Replit-Commit-Author: Agent", "Replit Agent"),
]

SIGNED = [
    (Signature(name="Copilot", login="Copilot", is_bot=True), "GitHub Copilot"),
    (Signature(name="copilot-swe-agent[bot]", email=f"198982749+Copilot@{NOREPLY}"), "GitHub Copilot"),
    (Signature(name="Devin", email=f"158243242+devin-ai-integration[bot]@{NOREPLY}"), "Devin"),
    (Signature(login="google-labs-jules[bot]", is_bot=True), "Jules"),
    (Signature(name="Cursor Agent", email="cursoragent@cursor.com", login="cursoragent"), "Cursor"),
    (Signature(name="Ann (aider)", email="ann@example.org", login="ann"), "aider"),
    (Signature(name="Claude", email="noreply@anthropic.com", login="claude"), "Claude"),
    (Signature(name="openhands", email="openhands@all-hands.dev"), "OpenHands"),
    (Signature(login="chatgpt-codex-connector[bot]", is_bot=True), "Codex"),
]

UNMARKED_LINES = [
    "Co-authored-by: Claude Monet <claude@example.org>",
    "Co-authored-by: Claude <claude.monet@example.org>",
    "Co-authored-by: Devin Smith <devin@example.org>",
    "Co-authored-by: Devin <devin@example.org>",
    "Co-authored-by: Jules Verne <jules@example.org>",
    f"Co-authored-by: Jules <12+jules@{NOREPLY}>",
    f"Co-authored-by: Amp <77+amp@{NOREPLY}>",
    f"Co-authored-by: Cody <77+cursor@{NOREPLY}>",
    "Co-authored-by: GitHub <noreply@github.com>",
    f"Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@{NOREPLY}>",
    f"Co-authored-by: renovate[bot] <29139614+renovate[bot]@{NOREPLY}>",
    f"Co-authored-by: github-actions[bot] <41898282+github-actions[bot]@{NOREPLY}>",
    f"Co-authored-by: pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@{NOREPLY}>",
    "Assisted-by: Ann Smith <ann@example.org>",
    "Assisted-by: Claude Monet <claude@example.org>",
    "Assisted-by: Ann",
    "Generated-by: Coccinelle SmPL",
    "Generated-by: protoc 27",
    "Generated-by: scripts/make_tables.py",
    "Reviewed-by: Claude <noreply@anthropic.com>",
    "Reported-by: Copilot",
    "Support the Claude API",
    "Fix how Cursor pages are generated with the new token",
    "This was not generated with Claude Code",
    "Docs: say how to turn `Generated with Claude Code` off",
    "> 🤖 Generated with [Claude Code](https://claude.com/claude-code)",
    "AI: the enemy flees",
    "Generated with love",
    "",
]


def by_ann(message: str, **changes: Signature) -> ChangeFacts:
    commit = CommitFacts(sha="c" * 40, message=message, **({"author": ANN, "committer": ANN} | changes))
    return ChangeFacts(opener="ann", opener_id=7, opener_is_bot=False, commits=(commit,))


@pytest.mark.parametrize(("line", "agent"), MARKED_LINES)
def test_a_mark_is_found_in_a_message_and_in_a_description(line: str, agent: str) -> None:
    text = f"Sum net prices\n\nBecause gross is wrong.\n\n{line}\nSigned-off-by: Ann <ann@example.org>\n"
    assert [(mark.agent, mark.where) for mark in find_marks(by_ann(text))] == [(agent, "c" * 40)]
    described = ChangeFacts(opener="ann", opener_id=7, opener_is_bot=False, body=text.replace("\n", "\r\n"))
    assert [(mark.agent, mark.where) for mark in find_marks(described)] == [(agent, "description")]


@pytest.mark.parametrize(("signature", "agent"), SIGNED)
def test_an_agent_is_known_as_author_as_committer_and_as_opener(signature: Signature, agent: str) -> None:
    for role in ("author", "committer"):
        (mark,) = find_marks(by_ann("Sum net prices", **{role: signature}))
        assert (mark.agent, mark.kind) == (agent, MarkKind.ACCOUNT)
    if signature.is_bot:
        opened = ChangeFacts(opener=signature.login, opener_id=1, opener_is_bot=True)
        assert [(mark.agent, mark.where) for mark in find_marks(opened)] == [(agent, "opener")]


@pytest.mark.parametrize("line", UNMARKED_LINES)
def test_what_carries_no_mark_is_left_alone(line: str) -> None:
    assert find_marks(by_ann(f"Sum net prices\n\n{line}\n")) == ()


@pytest.mark.parametrize("login", ["cursor", "jules", "devin", "copilot", "codex", "v0", "warp-agent"])
def test_a_person_with_the_name_of_a_product_is_a_person(login: str) -> None:
    person = Signature(name=login, email=f"{login}@example.org", login=login, user_id=9)
    assert find_marks(by_ann("Sum net prices", author=person)) == ()


@pytest.mark.parametrize("login", ["dependabot[bot]", "renovate[bot]", "github-actions[bot]", "acme-release[bot]"])
def test_other_bots_are_no_agents(login: str) -> None:
    bot = Signature(name=login, email=f"1+{login}@{NOREPLY}", login=login, is_bot=True)
    assert find_marks(by_ann("Bump x", author=bot)) == ()


def test_what_stands_in_a_fence_is_an_example() -> None:
    text = "Explain trailers\n\n```\nCo-authored-by: Claude <noreply@anthropic.com>\n```\n"
    assert list(read_marks(text, "description")) == []


def test_one_mark_in_ten_commits_is_ten_places_and_twice_in_one_is_one() -> None:
    line = "Co-authored-by: Claude <noreply@anthropic.com>"
    commits = tuple(
        CommitFacts(sha=f"{number:040}", message=f"x\n\n{line}\n{line}", author=ANN, committer=ANN)
        for number in range(10)
    )
    facts = ChangeFacts(opener="ann", opener_id=7, opener_is_bot=False, commits=commits)
    assert [mark.where for mark in find_marks(facts)] == [commit.sha for commit in commits]


def test_the_rows_of_agents_are_in_lower_case_each_with_a_source_and_none_twice() -> None:
    for agent in AGENTS:
        assert agent.source.startswith("https://")
        words = (*agent.addresses, *agent.accounts, *agent.names, *agent.footers)
        assert words
        assert all(word == word.lower() for word in words)
    for kind in ("addresses", "accounts", "names", "footers"):
        told = [word for agent in AGENTS for word in getattr(agent, kind)]
        assert len(told) == len(set(told))


def test_co_authors_are_people_by_their_account_where_the_address_tells_it() -> None:
    message = (
        f"x\n\nCo-authored-by: B <12+bob@{NOREPLY}>\nCo-authored-by: C <Cat@example.org>\n"
        "Co-authored-by: Claude <noreply@anthropic.com>\nCo-authored-by: Dan\n"
    )
    assert list_co_authors(message) == (
        CoAuthor("bob", f"12+bob@{NOREPLY}", 12),
        CoAuthor("", "cat@example.org"),
        CoAuthor("", ""),
    )


def test_a_mark_that_was_seen_is_gone_only_where_nothing_says_so_any_more() -> None:
    seen = Mark("Claude", MarkKind.TRAILER, "a" * 40, "Co-authored-by: Claude <noreply@anthropic.com>")
    again = replace(seen, where="b" * 40)
    assert find_gone([again], [seen]) == ()
    assert find_gone([], [seen, seen]) == (replace(seen, gone=True),) * 2
    assert find_gone([replace(again, kind=MarkKind.FOOTER)], [seen]) == (replace(seen, gone=True),)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert all(mark.where == "x" for mark in read_marks(text, "x"))
    list_co_authors(text)
