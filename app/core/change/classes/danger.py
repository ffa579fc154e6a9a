"""What in a change tells that a mistake in it would be dear: words of paths, names of files, words of changed lines.

One row is one reason: its weight, what is said of it to people, and the words. A new word is a word more in its row.
The rows follow what goes wrong in practice (https://owasp.org/Top10/, https://cwe.mitre.org/top25/), and name what
steers the gate itself or runs on the machines of those who review.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Danger:
    """One reason. `weight` is what it adds to a score of at most 100; `why` is shown."""

    weight: int
    why: str
    words: tuple[str, ...]


def _row(weight: int, why: str, *words: str) -> Danger:
    return Danger(weight, why, tuple(word for row in words for word in row.split()))


def _about(weight: int, what: str, *words: str) -> Danger:
    return _row(weight, f"about {what}", *words)


PATH_WORDS = (
    _about(
        25,
        "who somebody is",
        "auth authn authz authentication authenticate authenticator authorization authorize",
        "authorizer oauth oauth2 oidc saml sso login logout signin signup session sessions jwt cookie cookies csrf",
        "xsrf captcha mfa totp otp webauthn password passwords passwd",
    ),
    _about(
        25,
        "who may do what",
        "permission permissions privilege privileges role roles rbac acl acls guard guards admin sudo",
    ),
    _about(
        25, "secrets", "secret secrets token tokens credential credentials vault keychain keyring kms apikey apikeys"
    ),
    _about(
        25,
        "cryptography",
        "crypto cryptography cipher ciphers encrypt encryption decrypt decryption hash hashing hmac",
        "signature signatures signing signer certificate certificates cert certs tls ssl x509 pki nonce",
    ),
    _about(
        25,
        "money",
        "payment payments billing invoice invoices invoicing checkout charge charges refund refunds payout",
        "payouts wallet pricing price prices tax taxes ledger stripe paypal subscription subscriptions",
    ),
    _about(
        20,
        "a database",
        "sql query queries database databases db dao orm schema schemas transaction transactions storage",
    ),
    _about(
        20,
        "running commands",
        "subprocess exec executor shell command commands spawn eval sandbox interpreter plugin plugins",
    ),
    _about(
        20,
        "bytes from elsewhere",
        "deserialize deserializer deserialization serialize serializer serialization pickle marshal unmarshal yaml xml",
        "parser parsers parse parsing codec decoder decode template templates templating",
    ),
    _about(
        20, "files from people", "upload uploads uploader multipart attachment attachments archive unzip untar extract"
    ),
    _about(
        15,
        "requests from outside",
        "cors middleware middlewares router routers routing route routes handler handlers",
        "controller controllers endpoint endpoints webhook webhooks proxy gateway graphql redirect redirects server",
        "http api cgi",
    ),
    _about(
        15,
        "personal data",
        "user users account accounts profile profiles customer customers patient patients pii gdpr email",
    ),
    _about(
        15,
        "things at once",
        "lock locks mutex concurrency concurrent thread threads threading worker workers atomic queue race",
    ),
    _about(
        20,
        "what runs where",
        "terraform k8s kubernetes helm docker ansible deploy deployment deployments infra",
        "infrastructure cloudformation nginx ingress firewall iam systemd",
    ),
    _about(
        15,
        "what is let through",
        "sanitize sanitizer sanitise escape escaping validate validator validators validation filter filters",
    ),
)
"""Words of a path, old or new, as its capitals, digits and punctuation divide them."""

NAMES = (
    Danger(30, "a workflow", (r"^/\.(?:github|gitea|forgejo)/(?:workflows|actions)/", r"/action\.ya?ml$")),
    Danger(
        40,
        "the rules of review",
        (r"/codeowners$", r"^/(?:\.github/)?lintel\.ya?ml$", r"/\.git(?:attributes|modules)$"),
    ),
    Danger(
        40,
        "instructions to coding agents",
        (
            r"/(?:CLAUDE|CLAUDE\.local|AGENTS?|GEMINI|SKILL)\.md$",
            r"/copilot-instructions\.md$",
            r"/\.(?:cursorrules|windsurfrules|clinerules|mcp\.json)$",
            r"/\.(?:claude|cursor|windsurf|clinerules|codex|gemini)/",
            r"^/\.github/(?:instructions|prompts|agents|chatmodes)/",
        ),
    ),
    Danger(
        25,
        "what is installed",
        (
            r"/(?:package|composer|deno|bower)\.jsonc?$",
            r"/(?:setup\.(?:py|cfg)|pyproject\.toml|pipfile|requirements[^/]*\.(?:txt|in))$",
            r"/(?:cargo\.toml|go\.mod|gemfile|pom\.xml|build\.gradle(?:\.kts)?|build\.rs|mix\.exs|package\.swift)$",
            r"\.(?:gemspec|podspec|csproj|nuspec)$",
            r"/(?:\.npmrc|pip\.conf|nuget\.config)$",
        ),
    ),
    Danger(
        25,
        "what runs on developers' machines",
        (
            r"/\.(?:husky|githooks|devcontainer)/",
            r"/\.vscode/(?:tasks|launch|settings)\.json$",
            r"/\.(?:pre-commit-config\.ya?ml|envrc)$",
            r"/(?:gnu)?makefile$",
            r"\.(?:sh|bash|zsh|ps1|bat|cmd)$",
        ),
    ),
    Danger(
        20,
        "what runs where",
        (
            r"/(?:dockerfile|containerfile)(?:\.[^/]+)?$",
            r"\.dockerfile$",
            r"/(?:docker-)?compose[^/]*\.ya?ml$",
            r"\.(?:tf|hcl|bicep)$",
            r"/chart\.ya?ml$",
        ),
    ),
)
"""Files that matter by their names alone, whatever class they are of; patterns as in `conventions`."""

ADDED_WORDS = (
    Danger(
        20,
        "runs code or commands",
        (
            # What stands before `exec(` tells it from a method of regular expressions and of databases.
            *(
                "eval(",
                "+exec(",
                " exec(",
                "(exec(",
                "=exec(",
                "execfile(",
                "exec.command",
                "system(",
                "popen(",
                "popen3(",
            ),
            *("subprocess", "shell=true", "spawn(", "child_process", "getruntime(", "processbuilder", "passthru("),
            *("shell_exec(", "proc_open(", "vm.runin", "__import__(", "import_module(", "dlopen(", "loadlibrary("),
        ),
    ),
    _row(
        20,
        "makes objects of bytes",
        "pickle yaml.load( marshal.load unserialize( objectinputstream readobject( jsonpickle binaryformatter",
        "typenamehandling xmldecoder documentbuilderfactory extractall(",
    ),
    Danger(
        15,
        "speaks to a database in its own words",
        (
            *("select ", "insert into", "delete from", "drop table", "drop column", "alter table", "truncate table"),
            *("rawquery(", "executequery(", "createnativequery(", ".raw(", "queryraw"),
        ),
    ),
    _row(
        20,
        "writes markup as it is",
        "innerhtml outerhtml insertadjacenthtml document.write( v-html mark_safe html_safe {@html autoescape",
        "bypasssecuritytrust template.html(",
    ),
    _row(
        25,
        "switches a check off",
        "verify=false verify_ssl insecureskipverify rejectunauthorized cert_none verify_none",
        "check_hostname csrf_exempt _create_unverified_context skip_before_action permitall(",
        "access-control-allow-origin allowany nosec --no-verify",
    ),
    Danger(
        15,
        "handles secrets",
        ("password", "passwd", "secret", "api_key", "apikey", "private_key", "bearer ", "getenv("),
    ),
    _row(15, "has weak randomness or hashes", "md5 sha1 rc4 math.random( random.random( mt_rand( _ecb"),
    Danger(
        20,
        "changes rights",
        (
            *("chmod", "chown", "setuid", "setgid", "0o777", "sudo ", "grant all", "privileged: true", "hostnetwork"),
            *("pull_request_target", "write-all", "cap_add", "allowprivilegeescalation", "nopasswd"),
        ),
    ),
    _row(15, "handles memory by hand", "memcpy( strcpy( strcat( vsprintf( alloca( unsafe reinterpret_cast"),
    Danger(
        10,
        "fetches or opens what it is told",
        ("urlopen(", "curl ", "wget ", "requests.get(", "sendfile(", "file_get_contents("),
    ),
)
"""Words, in small letters, that count in added lines."""

REMOVED_WORDS = (
    Danger(
        20,
        "takes a check away",
        (
            *(
                "assert",
                "authorize",
                "authenticate",
                "permission",
                "validate",
                "verify",
                "sanitize",
                "sanitise",
                "escape",
            ),
            *("csrf", "rate_limit", "ratelimit", "is_admin", "isadmin", "require_", "throw ", "raise ", "forbidden"),
        ),
    ),
)
"""Words, in small letters, that count where more of them go than come."""
