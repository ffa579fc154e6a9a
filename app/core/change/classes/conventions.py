r"""Which names stand for which class of file, as tables of regular expressions.

They follow what linguist takes as generated, vendored and documentation (generated.rb, vendor.yml and documentation.yml
in https://github.com/github-linguist/linguist/tree/main/lib/linguist), with what it misses: yarn.lock, go.sum,
snapshots, migrations, tests, CI, secrets. Linguist asks what counts in statistics of languages; Lintel asks what people
wrote. So what only stands in the way of statistics keeps its own class here (`.github/`, `.vscode/`, `.gitattributes`,
`cache/`, `env/`, `examples/`, code below `docs/`), and where linguist's pattern would take in people's code of a
similar name (`react-hooks.js`, a Go package `pods`), ours is narrower.

A path is matched with a slash before it: `/x/` is a directory at any depth, `^/x/` one at the root, `/x$` a file.
"""

from __future__ import annotations

from app.core.change.plan import FileClass

SECRET_BEARING = (
    r"/\.env(?:\.[^/]+)?$",
    r"/\.envrc$",
    r"/[^/]+\.env$",
    r"\.(?:pem|key|p8|p12|pfx|pkcs12|jks|jceks|bks|keystore|keytab|ppk|kdbx?|ovpn|agekey|secrets?)$",
    r"/secring\.(?:gpg|asc|pgp)$",
    r"/id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-][^/]*)?$",
    r"/\.(?:npmrc|pypirc|netrc|pgpass|my\.cnf|htpasswd|git-credentials|dockercfg|s3cfg|boto|vault-token|terraformrc)$",
    r"/\.(?:ftpconfig|remote-sync\.json|esmtprc|msmtprc|fetchmailrc)$",
    r"/(?:_netrc|wallet\.dat|rclone\.conf|terraform\.rc|sftp-config\.json|local\.settings\.json)$",
    r"/\.(?:aws|gem|cargo)/credentials(?:\.toml)?$",
    r"/\.docker/config\.json$",
    r"/\.kube/config$",
    r"/\.composer/auth\.json$",
    r"/\.m2/settings(?:-security)?\.xml$",
    r"/\.config/gcloud/",
    r"/(?:[^/]*[._-])?kubeconfig(?:[._-][^/]*)?$",
    r"\.tfstate(?:\.[^/]*)?$",
    r"\.(?:tfvars(?:\.json)?|pkrvars\.hcl)$",
    r"/[^/]*service[-_]?account[^/]*\.json$",
    r"/[^/]*firebase-adminsdk[^/]*\.json$",
    r"/(?:client[-_]secrets?[^/]*|application_default_credentials)\.json$",
    r"/(?:[^/]*[._-])?(?:credentials?|secrets?)\.(?:json5?|ya?ml|toml|ini|properties|xml|conf|csv)$",
)
"""Names under which secrets are kept."""

PLACEHOLDER = (
    r"[./_-](?:examples?|samples?|templates?|tmpl|tpl|dist|defaults?|schema)(?:[._-][^/]*)?$",
    r"\.pub$",
)
"""Names of `SECRET_BEARING` that are meant to be shown: examples, and the public half."""

LOCK = (
    r"/(?:yarn|deno|poetry|uv|pdm|pixi|requirements|pipfile|cargo|gemfile|composer|mix|rebar|pubspec|podfile)\.lock$",
    r"/(?:flake|gopkg|glide|paket|module\.bazel|chart|renv|conan|buf|devbox|stack\.yaml)\.lock$",
    r"/(?:[^/]+\.)?esy\.lock$",
    r"/(?:package-lock|npm-shrinkwrap|packages\.lock)\.json$",
    r"/(?:pnpm-lock|shrinkwrap)\.yaml$",
    r"/conda-lock\.yml$",
    r"/pylock(?:\.[^/]+)?\.toml$",
    r"/bun\.lockb?$",
    r"/go(?:\.work)?\.sum$",
    r"/(?:package|cartfile)\.resolved$",
    r"/(?:buildscript-)?gradle\.lockfile$",
    r"/gradle/verification-metadata\.xml$",
    r"/\.terraform\.lock\.hcl$",
    r"/cabal\.project\.freeze$",
    r"/(?-i:Manifest)\.toml$",
)

_STYLE = r"\.(?:css|less|scss|sass|styl)$"
_STYLE_OR_SCRIPT = r"\.(?:js|css|less|scss|styl)$"
VENDORED = (
    r"/(?:vendors?|vendored|node_modules|bower_components|jspm_packages|web_modules|godeps|external[-_]libs)/",
    r"/v+endor/",
    r"(?:3rd|third)[-_]?party/",
    r"/extern(?:als?)?/",
    r"^/(?:deps|dependencies)/",
    r"^/debian/",
    r"/\.yarn/(?:releases|plugins|sdks|versions|unplugged)/",
    r"/(?-i:Pods|Carthage)/",
    r"/[^/]+\.(?:framework|xcframework|xctemplate|imageset)/",
    r"/(?-i:Sparkle)/",
    r"^/packages/.+\.\d+/",
    r"/(?:gradle|\.mvn)/wrapper/",
    r"/(?:admin_media|ace-builds|mathjax|bootstrap-datepicker|extjs|\.google_apis)/",
    r"/flow-typed/.*\.js$",
    r"/tiny_mce/(?:langs|plugins|themes|utils)/",
    r"/codemirror/(?:\d+\.\d+/)?(?:lib|mode|theme|addon|keymap|demo)/",
    r"/docs?/_?(?:themes?|templates?|static)/",
    r"/(?:font-?awesome|bourbon|select2)/.*" + _STYLE_OR_SCRIPT,
    r"/(?:custom\.)?bootstrap[^/.]*(?:\.[^/]*)?" + _STYLE_OR_SCRIPT,
    r"/(?:font-?awesome|foundation|normalize|skeleton|animate|materialize|bulma|fontello[^/]*|(?:sprockets-)?octicons)"
    + _STYLE,
    r"[^/]*import\.(?:css|less|scss|styl)$",
    r"/jquery[^./]*(?:[-.]\d+(?:\.\d+)*)?\.js$",
    r"/jquery-ui(?:-\d+(?:\.\d+)*)?(?:\.\w+)?\.(?:js|css)$",
    r"/jquery\.(?:ui|effects)\.[^./]*\.(?:js|css)$",
    r"/jquery\.(?:fn\.gantt|fancybox|fileupload(?:-\w+)?|datatables|unobtrusive-ajax)\.js$",
    r"/jquery[^./]*\.validate(?:\.unobtrusive)?\.js$",
    r"/microsoft(?:mvc)?(?:ajax|validation)(?:\.debug)?\.js$",
    r"/(?:materialize|bootbox|pdf\.worker|slick\.\w+|html5shiv|leaflet[^/]*|fuelux|foundation(?:\.[^/]*)?)\.js$",
    r"/(?:tiny_mce[^./]*|prototype|scriptaculous|mootools[^/]*\d\.\d[^/]*|dojo|mochikit|ckeditor|raphael)\.js$",
    r"/(?:yahoo-|yui)[^./]*\.js$",
    r"/(?-i:Chart)\.js$",
    r"/cordova(?:-\d+(?:\.\d+)*)?\.js$",
    r"/(?:modernizr|knockout)-\d+(?:\.\d+)*(?:\.debug)?\.js$",
    r"/modernizr\.custom\.\d+\.js$",
    r"/(?:angular(?:-(?:animate|aria|cookies|loader|messages|mocks|resource|route|sanitize|touch))?)\.js$",
    r"/(?:react(?:-dom)?(?:\.development|\.production)?|react-with-addons|d3(?:\.v\d+)?)\.js$",
    r"/(?-i:sh(?:Brush[^./]*|Core|Legacy))\.js$",
    r"(?:-vsdoc|\.intellisense)\.js$",
    r"/(?:configure|config\.guess|config\.sub|aclocal\.m4|libtool\.m4|lt(?:options|sugar|version|~obsolete)\.m4)$",
    r"/(?:cpplint\.py|erlang\.mk|waf|\.indent\.pro|\.osx|activator(?:\.bat)?|run\.n|_esy)$",
    r"/dotnet-install\.(?:ps1|sh)$",
    r"^/rebar$",
    r"^/puphpet/",
)

GENERATED = (
    r"/(?:dist|__generated__|__snapshots__|\.next|\.nuxt|\.svelte-kit|htmlcov|lcov-report|\.openapi-generator|\.idea)/",
    r"/docs?/_?build/",
    r"/gen-(?:go|py|java|javabean|cpp|c_glib|js|nodejs|rb|php|csharp|netstd|perl|hs|erl|rs|swift)/",
    r"/(?:service|connected|web) references/",
    r"[._-]min\.(?:js|css|mjs|cjs)$",
    r"\.(?:js|css|mjs|cjs)\.map$",
    r"\.bundle\.(?:js|css)$",
    r"/\.pnp\.(?:[cm]?js|loader\.mjs)$",
    r"\.(?:snap|ambr)$",
    r"\.(?:verified|approved)\.[a-z0-9]+$",
    r"/\.sqlx/query-[a-f0-9]{64}\.json$",
    r"_pb2(?:_grpc)?\.pyi?$",
    r"\.pb(?:\.gw|\.validate)?\.go$",
    r"\.pb\.(?:cc|h|rs|swift)$",
    r"\.(?:pbobjc|pbrpc)\.[hm]$",
    r"\.(?:grpc\.swift|twirp\.(?:go|rb)|connect\.go)$",
    r"\.pb(?:enum|json|grpc|server)?\.dart$",
    r"_(?:services_)?pb\.rb$",
    r"_(?:grpc_)?pb(?:_service)?\.(?:[jt]s|d\.ts)$",
    r"\.capnp\.(?:c\+\+|h|go)$",
    r"_generated\.(?:h|rs|ts|go|py|rb)$",
    r"\.zep\.(?:c|h|php)$",
    r"\.(?:g(?:\.i)?|designer|feature)\.cs$",
    r"\.designer\.vb$",
    r"\.(?:g|gr|freezed|mocks|chopper)\.dart$",
    r"_(?:string|ffjson|easyjson|enumer|templ|gen|bindata)\.go$",
    r"/(?:zz_generated[^/]*|bindata|wire_gen)\.go$",
    r"\.sql\.go$",
    r"\.(?:generated|gen)\.[a-z]+$",
    r"/(?:gradlew(?:\.bat)?|mvnw(?:\.cmd)?)$",
    r"\.(?:nib|xcworkspacedata|xcuserstate|pbxproj|dsp)$",
    r"/cargo\.toml\.orig$",
    r"/ppport\.h$",
    r"_tlb\.pas$",
)

CI = (
    r"^/\.(?:github|gitea|forgejo)/(?:workflows|actions)/",
    r"^/\.(?:circleci|buildkite|woodpecker|teamcity|semaphore|tekton|azure-pipelines|gitlab/ci)/",
    r"^/\.(?:gitlab-ci[^/]*|travis|drone|woodpecker|cirrus|pre-commit-config|taskcluster)\.ya?ml$",
    r"^/(?:azure-pipelines[^/]*|bitbucket-pipelines|\.?appveyor|cloudbuild[^/]*|buildspec[^/]*|codemagic|wercker)\.ya?ml$",
    r"/action\.ya?ml$",
    r"/jenkinsfile[^/]*$",
)

MIGRATION = (
    r"/(?:migrations|db/migrat(?:e|ion)|db/changelog|alembic/versions|flyway|liquibase)/",
    r"/(?:v\d+(?:[._]\d+)*|r)__[^/]+\.sql$",
    r"\.(?:up|down)\.sql$",
    r"/db/(?:schema\.rb|structure\.sql)$",
)

TEST = (
    r"/(?:tests?|__tests__|__mocks__|specs?|testdata|test-data|fixtures|e2e|cypress)/",
    r"/(?:unit|integration|functional|acceptance|system|smoke)[-_]?tests?/",
    r"/src/(?:testFixtures|itest|jmh|(?-i:[a-z][A-Za-z0-9]*Test))/",
    r"/[^/]+\.(?:unit|integration)?tests?/",
    r"/(?-i:[A-Z][A-Za-z0-9]*Tests)/",
    r"/test_[^/]+\.[a-z]+$",
    r"/[^/]+_(?:test|tests|spec|unittest)\.[a-z]+$",
    r"/conftest\.py$",
    r"/(?:test|spec|rails)_helper\.rb$",
    r"\.(?:test|tests|spec|cy|e2e|e2e-spec|itest)\.[a-z]+$",
    r"-(?:test|spec)\.(?:[cm]?[jt]sx?|cc|cpp|el|clj|scala)$",
    r"/[^/]*(?-i:[a-z0-9](?:Tests?|TestCase|Spec|IT))\.(?:java|kt|kts|cs|swift|scala|groovy|php|vb|fs|m|mm|dart)$",
    r"/(?-i:Test[A-Z])[^/]*\.(?:java|kt|cs|scala|groovy|php)$",
    r"\.(?:feature|bats)$",
    r"/t/[^/]+\.t$",
)

_PROSE = r"(?:md|mdx|markdown|rst|txt|adoc|asciidoc|textile|org|rdoc|pod|html?|tex|rd|[1-9])"
DOCS = (
    r"/(?:docs?|documentation|man|manpages|javadoc|groovydoc|inst/doc|vignettes)/.*\." + _PROSE + "$",
    r"/(?:javadoc|groovydoc|apidocs)/",
    r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile|org|rdoc)$",
    r"/(?:licen[cs]e|copying|notice)(?:[-.](?:txt|mit|apache|bsd|l?gpl)[-0-9.]*)?$",
    r"/(?:authors|contributors|contributing|changelog|changes|readme|history)(?:\.txt)?$",
    r"/(?-i:INSTALL|NEWS|THANKS|TODO|MAINTAINERS|CREDITS)(?:\.txt)?$",
    r"/citations?(?:\.cff|\.bib)?$",
)

CONFIG = (
    r"\.(?:toml|ya?ml|json|json5|jsonc|ini|cfg|conf|config|properties|plist|xml|env|tf|tfvars|hcl|nix|lock)$",
    r"\.(?:env|tfvars|ya?ml|json|toml|ini|conf|cfg|properties)\.(?:example|sample|template|tmpl|tpl|dist|default)$",
    r"/\.[^/]+$",
    r"/\.(?:vscode|devcontainer|husky|cargo|config|idea|claude|cursor)/",
    r"/(?:dockerfile|containerfile)(?:\.[^/]+)?$",
    r"\.(?:dockerfile|containerfile)$",
    r"/requirements[^/]*\.(?:txt|in)$",
    r"/(?:gnu)?makefile(?:\.[^/]+)?$",
    r"/(?:justfile|procfile|codeowners|gemfile|rakefile|pipfile|vagrantfile|brewfile|podfile|cartfile|tiltfile)$",
    r"/(?:cmakelists\.txt|go\.mod|go\.work|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|build\.bazel|workspace)$",
    r"\.(?:csproj|vbproj|fsproj|sln|props|targets|gemspec|podspec|cabal|nuspec)$",
)

BY_NAME: tuple[tuple[FileClass, tuple[str, ...]], ...] = (
    (FileClass.SECRET_BEARING, SECRET_BEARING),
    (FileClass.LOCK, LOCK),
    (FileClass.VENDORED, VENDORED),
    (FileClass.GENERATED, GENERATED),
    (FileClass.CI, CI),
    (FileClass.TEST, TEST),
    (FileClass.DOCS, DOCS),
    (FileClass.MIGRATION, MIGRATION),
    (FileClass.CONFIG, CONFIG),
)
"""The classes that names tell. The first whose names fit decides."""

ADMISSIONS = (
    r"@generated\b",
    r"\bcode generated\b.*\bdo not edit\b",
    r"\b(?:auto-?|automatically )?generated (?:file|code|by)\b.*\bdo not (?:edit|modify)\b",
    r"\bdo not (?:edit|modify)\b.*\b(?:auto-?|automatically |machine )?generated\b",
    r"\bthis (?:file|code) is (?:auto-?|automatically |machine )generated\b",
    r"\bthis is an? (?:auto-?|automatically )?generated file\b",
    r"\bgenerated code\W{1,4}do not (?:edit|modify)\b",
    r"\bautogenerated by thrift\b",
    r"\bgenerated by the (?:protocol buffer compiler|grpc)\b",
    r"\bgenerated by (?:cython|peg\.?js|jison|jflex|haxe|racc|antlr|swig|bison|re2c|roxygen2|xtext|uniffi|mockgen)\b",
    r"\b(?:parser generated by jison|generated by jison-lex|the following code was generated by jflex)\b",
    r"^.#? ?generated by (?:django|sqlc|openapi|swagger|javadoc|doxygen|pkgdown|mandoc|graphql)\b",
    r"<meta name=.generator. content=.(?:doxygen|pkgdown|javadoc|org[ -]mode|asciidoctor|docbook|docutils|mkdocs)\b",
    r"<!-- generated by (?:javadoc|jdk|pkgdown|doxygen)",
    r"\bmicrosoft developer studio generated build file\b",
    r"\bautomatically created by devel::ppport\b",
    r"^./\*\s+gimp (?:header image file format|[a-z0-9 -]+ c-source image dump)",
    r"^.pcbnew-libmodule-v",
    r"^.gfortran module version '",
    r"^.fileformatversion: \d",
)
"""What the first lines of a generated file say, in rows of a diff: a sign stands first. Case does not matter."""
