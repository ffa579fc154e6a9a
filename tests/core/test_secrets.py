"""Which texts hold a secret, and where it stands."""

import hashlib
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.secrecy.scan import _rules, entropy, scan

ALPHANUMERIC = string.ascii_letters + string.digits


def make(seed: str, length: int, alphabet: str = ALPHANUMERIC) -> str:
    """Text that looks random and is the same in every run."""
    digest = b"".join(hashlib.sha256(f"{seed}:{block}".encode()).digest() for block in range(length // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])


UPPER_BASE32 = string.ascii_uppercase + "234567"
BASE64 = ALPHANUMERIC + "+/"
HEX = "0123456789abcdef"

SECRETS = {
    "aws-access-token": ("key = {}", "AKIA" + make("aws", 16, UPPER_BASE32)),
    "github-token": ("git clone with {} please", "ghp_" + make("ghp", 36)),
    "github-fine-grained-pat": ("{}", "github_pat_" + make("pat", 82)),
    "anthropic-key": ("client = Anthropic({!r})", "sk-ant-api03-" + make("ant", 93) + "AA"),
    "slack-bot-token": (
        "{}",
        "xoxb-" + make("s1", 12, "123456789") + "-" + make("s2", 12, "123456789") + make("s3", 24),
    ),
    "stripe-access-token": ("stripe.key = '{}'", "sk_live_" + make("stripe", 24)),
    "gcp-api-key": ("maps: {}", "AIza" + make("gcp", 35)),
    "npm-access-token": ("//registry/:_authToken={}", "npm_" + make("npm", 36, string.ascii_lowercase + string.digits)),
    "jwt": ("{}", f"eyJ{make('j1', 30)}.eyJ{make('j2', 40)}.{make('j3', 43)}"),
    "authorization-header": ("-H 'Authorization: Bearer {}'", make("bearer", 40)),
    "url-credential": ("postgres://svc:{}@db.internal:5432/main", make("url", 14)),
    "docker-registry-auth": ('{{"auths": {{"r.internal": {{"auth": "{}"}}}}}}', make("docker", 32, BASE64)),
    "azure-account-key": ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={};", make("az", 86, BASE64) + "=="),
    "discord-webhook": ("https://discord.com/api/webhooks/112233445566778899/{}", make("dw", 68)),
    "telegram-bot-token": ("https://api.telegram.org/bot{}/getMe", "123456789:AA" + make("tg", 33)),
}
PASSWORD = make("password", 8) + "!" + make("password2", 6) + "7"
GENERIC = [
    'password = "{}"',
    "DB_PASSWORD='{}'",
    '"client_secret": "{}",',
    "export API_KEY={}",
    "  password: {}",
    'os.environ.setdefault("SECRET_KEY", "{}")',
    "docker run -e DB_PASSWORD={} image",
    'const apiKey: string = "{}";',
    'if (token === "{}") return true;',
    "spring.datasource.password={}\r",
]


@pytest.mark.parametrize("rule", SECRETS)
def test_a_secret_of_a_provider_is_found_exactly(rule: str) -> None:
    template, secret = SECRETS[rule]
    text = "first line\n" + template.format(secret) + "\nlast line\n"

    hits = scan(text)

    assert [text[hit.start : hit.end].strip("'") for hit in hits] == [secret]
    assert [(hit.line, hit.end_line) for hit in hits] == [(2, 2)]
    assert hits[0].rule == rule


@pytest.mark.parametrize("template", GENERIC)
def test_a_secret_without_a_providers_shape_is_found_by_what_it_is_assigned_to(template: str) -> None:
    text = template.format(PASSWORD)

    assert [text[hit.start : hit.end] for hit in scan(text)] == [PASSWORD]


@pytest.mark.parametrize(
    "value",
    [
        "changeme-please1",
        "<your-token-here>",
        "${DB_PASSWORD}",
        "{{ vault.password }}",
        "$(cat /run/secret1)",
        "xxxxxxxxxxxxxxxx",
        "****************",
        "example-P4ssw0rd!",
        "password123",
        "settings.SECRET_KEY",
        "os.environ.get",
        "session_token_v2",
        "https://login.internal/oauth2/token",
        "../secrets/key1.pem",
        "%(password)s-123",
        "test-token-1",
    ],
)
def test_what_stands_for_a_secret_is_not_one(value: str) -> None:
    assert scan(f'password = "{value}"\nAPI_TOKEN={value}\ntoken: {value}\n') == []


def test_code_about_secrets_is_not_a_secret() -> None:
    code = """
def login(user: User, password: str) -> Token:
    token = issue_token(user.id, secret=settings.secret_key)
    private_key: Ed25519Key = load(path)
    TOKEN_RE = re.compile(r"token: [A-Za-z0-9]{20,}")
    assert response.headers["authorization"] == f"Bearer {token}"
    raise ValueError("password must have at least 12 characters")
"""
    assert scan(code) == []


def pem(kind: str = "RSA ", seed: str = "pem", newline: str = "\n") -> str:
    body = [make(f"{seed}{row}", 64, BASE64) for row in range(6)] + [make(f"{seed}last", 30, BASE64) + "=="]
    return newline.join([f"-----BEGIN {kind}PRIVATE KEY-----", *body, f"-----END {kind}PRIVATE KEY-----"])


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", '\\n"\n    "'])
def test_the_body_of_a_private_key_is_one_hit_over_all_its_lines(kind: str, newline: str) -> None:
    key = pem(kind, newline=newline)
    text = f"before\n{key}\nafter"

    (hit,) = scan(text)

    body = text[hit.start : hit.end]
    assert make("pem0", 64, BASE64) in body
    assert make("pemlast", 30, BASE64) in body
    assert f"{kind}PRIVATE KEY-----" in text[: hit.start]
    assert text[hit.end :].endswith("PRIVATE KEY-----\nafter")


def test_half_a_private_key_is_found_whichever_half_it_is() -> None:
    lines = pem().split("\n")

    for half, rows in ((lines[:4], lines[1:4]), (lines[4:], lines[4:-1])):
        text = "\n".join(half)
        (hit,) = scan(text)
        assert [row for row in rows if row not in text[hit.start : hit.end]] == []


def test_code_between_the_markers_of_a_key_is_not_taken_for_one() -> None:
    body = 'def leak():\n    send(open("/etc/shadow").read())\n'
    code = f"# -----BEGIN PRIVATE KEY-----\n{body}# -----END PRIVATE KEY-----\n"
    assert scan(code) == []


@pytest.mark.parametrize(
    "token",
    [
        "ghs_" + make("long", 500) + "." + make("long2", 20),
        "glpat-" + make("gitlab", 40),
        "github_pat_" + make("fine", 120),
    ],
)
def test_a_token_longer_than_its_pattern_is_found_to_its_end(token: str) -> None:
    (hit,) = scan(f"use {token} now")
    assert (hit.start, hit.end) == (4, 4 + len(token))


def test_offsets_count_characters_not_bytes() -> None:
    token = "ghp_" + make("ghp", 36)
    text = f"# é‹›😀\n# ß {token}\n"
    (hit,) = scan(text)
    assert text[hit.start : hit.end] == token
    assert hit.line == 2


def test_only_a_long_secret_shows_its_first_four_characters() -> None:
    (long,) = scan("ghp_" + make("ghp", 36))
    (short,) = scan(f'password = "{PASSWORD}"')
    assert (long.hint, short.hint) == ("ghp_", "")
    assert long.kind == "github token"


def test_a_lone_surrogate_from_undecodable_bytes_is_no_obstacle() -> None:
    assert [hit.line for hit in scan("\udcff\n" + "ghp_" + make("ghp", 36) + "\udc80")] == [2]


@pytest.mark.parametrize(
    "hostile",
    [
        "password" * 125_000,
        "-----BEGIN PRIVATE KEY-----" * 37_000,
        "secret_token_api_key=" * 47_000,
        "a" * 1_000_000 + "://x:",
        ("password = '" + "a1B2" * 300 + "\n") * 800,
        "data:\n kind: secret\n" * 50_000,
    ],
    ids=["word", "header", "names", "scheme", "unclosed", "kubernetes"],
)
def test_a_million_hostile_characters_take_seconds_at_most(hostile: str) -> None:
    began = time.monotonic()
    scan(hostile)
    assert time.monotonic() - began < 10


@settings(deadline=None)  # the first scan compiles the rules
@given(st.text(max_size=300))
def test_hits_are_ordered_disjoint_and_inside_the_text(text: str) -> None:
    hits = scan(text + '\npassword = "' + PASSWORD + '"\n')
    edges = [edge for hit in hits for edge in (hit.start, hit.end)]
    assert hits
    assert edges == sorted(edges)
    assert all(hit.start < hit.end for hit in hits)


def test_entropy_is_zero_for_one_character_and_full_for_all_different() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcdefgh") == 3


KEYWORDS = sorted(_rules().keywords)


@given(st.lists(st.one_of(st.sampled_from(KEYWORDS), st.binary(max_size=12), st.just(b"\xed\xa0\x80")), max_size=8))
def test_looking_for_all_keywords_at_once_finds_what_each_alone_would(parts: list[bytes]) -> None:
    text = b"".join(parts).lower()
    assert _rules().find_keywords(text) == {keyword for keyword in KEYWORDS if keyword in text}
