"""Whether words are a rule that a reader of code can hold a change to. A judgement by form, and nothing else.

Asked about prose, a model answers with opinions; asked about a list of precise demands, it can answer each. What is no
demand, is one on people rather than on code, or is too vague to be broken, is no rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST_WORDS = 3
LONGEST = 400
"""Characters above which words are prose and no rule."""

LONGEST_HEADING = 60
"""Characters above which what stands above a list is no heading that announces rules."""

_DEMAND = re.compile(
    r"\b(?:must|mustn't|shall|should|shouldn't|never|always|do not|don't|may not|can ?not be|has to|have to|needs? to|"
    r"(?:is|are|be) required|required to|forbidden|prohibited|not allowed|disallowed|mandatory|only use|only ever|"
    r"chosen option|we (?:will|won't|do not|don't|use|only|reject|accept|keep|avoid))\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:add|annotate|apply|assert|avoid|bind|bound|bump|cache|call|catch|check|close|confine|convert|cover|"
    r"declare|define|delete|deny|depend|derive|document|don't|encode|encrypt|enforce|ensure|escape|export|"
    r"expose|extend|extract|fail|favou?r|fetch|follow|format|give|group|guard|handle|hash|hide|implement|"
    r"import|include|inherit|inject|isolate|keep|leave|limit|list|log|make|mark|mask|match|minimi[sz]e|mock|"
    r"name|never|no|normali[sz]e|omit|only|order|parse|pass|pin|place|pool|prefer|prefix|preserve|propagate|"
    r"protect|provide|put|query|quote|raise|read|redact|reject|rely|remove|rename|replace|require|reserve|"
    r"resolve|restrict|return|reuse|saniti[sz]e|separate|serve|set|sort|specify|split|store|strip|tag|test|"
    r"throw|time|treat|trim|type|update|use|validate|verify|wrap|write)(?![A-Za-z'-])",
    re.IGNORECASE,
)
_TELLING_HEADINGS = re.compile(
    r"\b(?:rules?|conventions?|guidelines?|style|standards?|principles?|requirements?|practices?|polic(?:y|ies)|"
    r"decisions?|do|don'?ts?|constraints?|invariants?|security|testing|tests|naming|errors?|must|never|always)\b",
    re.IGNORECASE,
)
_HOW_TO_HEADINGS = re.compile(
    r"\b(?:contribut\w*|how to|(?:add|creat|updat|writ|mak)ing|process|workflow|steps)\b", re.IGNORECASE
)
_SILENT_HEADINGS = re.compile(
    r"(?:table of )?contents|licen[cs]e|links|references|see also|install(?:ation|ing)?|getting started|"
    r"(?:development |local )?set-?up|quick ?start|(?:\w+ )?commands|status|context(?: and problem statement)?|"
    r"consequences|(?:positive|negative) consequences|alternatives(?: considered)?|considered (?:options|alternatives)|"
    r"pros and cons.*|more information|notes|deciders|date|code of conduct|report(?:ing)? (?:a )?(?:bugs?|issues?).*|"
    r".*\b(?:releas(?:e|es|ing)|pull requests?|hot ?fix)\b.*|"
    r"community|faq|acknowledge?ments?|history|change ?log|example.*",
    re.IGNORECASE,
)
_ABOUT_PEOPLE = re.compile(
    r"\b(?:(?i:commit messages?|pull requests?|code of conduct|mailing list|slack|discord|squash|rebase|fork|"
    r"sign(?:ed)?[- ]off|contributor licen[cs]e|maintainers?|reviewers?|feature branch(?:es)?)|PRs?|CLA)\b"
)
_VAGUE = re.compile(
    r"\b(?:best practices?|common sense|clean code|good code|high[- ]quality|your best|be (?:kind|nice|careful|polite|"
    r"respectful|concise|helpful)|keep it simple|as appropriate|have fun|think (?:step by step|carefully|hard))\b",
    re.IGNORECASE,
)
_PERMITS = re.compile(
    r"\b(?:you (?:can|may|could|might)|feel free|if you (?:want|wish|like|would like)|optional(?:ly)?)\b",
    re.IGNORECASE,
)
_POINTS_ELSEWHERE = re.compile(r"(?:see|refer to|check out|visit|for (?:more|details|an? example))\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_MARKS = re.compile(r"^[\s*_>\"'`~([]*(?:please\s+)?", re.IGNORECASE)


def is_silent(heading: str) -> bool:
    """Whether nothing below this heading is a rule."""
    return _SILENT_HEADINGS.fullmatch(heading.strip(" :.#0123456789")) is not None


def demands(text: str) -> bool:
    """Whether a sentence asks for something or forbids it."""
    return _fits(text) and _asks(text)


def lists_rule(text: str, headings: Sequence[str]) -> bool:
    """Whether an item of a list is a rule.

    One right below a heading that announces rules need not be put as a demand. `headings` are those above it, from the
    widest; what the whole file is called announces nothing about its parts.
    """
    return _fits(text) and (_asks(text) or (any(map(_announces, headings[-2:])) and not text.startswith("`")))


def orders_items(lead: str, item: str) -> bool:
    """Whether the line that leads in a list makes a demand of its items: `Never log:`."""
    return _fits(f"{lead.rstrip(':')} {item}") and _asks(lead)


def _announces(heading: str) -> bool:
    short = len(heading) <= LONGEST_HEADING
    return short and _TELLING_HEADINGS.search(heading) is not None and _HOW_TO_HEADINGS.search(heading) is None


def _fits(text: str) -> bool:
    words = _WORD.findall(text)
    return (
        len(words) >= SHORTEST_WORDS
        and len(text) <= LONGEST
        and not text.rstrip().endswith(("?", ":"))
        and _ABOUT_PEOPLE.search(text) is None
        and _VAGUE.search(text) is None
        and _PERMITS.search(text) is None
        and _POINTS_ELSEWHERE.match(_MARKS.sub("", text)) is None
    )


def _asks(text: str) -> bool:
    straight = text.replace("’", "'")
    return _DEMAND.search(straight) is not None or _ORDER.match(_MARKS.sub("", straight)) is not None
