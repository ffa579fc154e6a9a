-- The words of the trade as tables. Later files only add: an old and a new version share one schema.
CREATE TABLE lintel.installation (
    id bigint PRIMARY KEY,
    account text NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'removed')),
    changed_at timestamptz NOT NULL
);

-- installation_id has no foreign key: deliveries come in any order.
CREATE TABLE lintel.repository (
    id bigint PRIMARY KEY,
    installation_id bigint NOT NULL,
    full_name text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL
);
CREATE INDEX repository_by_installation ON lintel.repository (installation_id);

CREATE TABLE lintel.pull_request (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    installation_id bigint NOT NULL,
    repository_id bigint NOT NULL,
    number integer NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    next_finding_number integer NOT NULL DEFAULT 1,
    generation integer NOT NULL DEFAULT 0,
    UNIQUE (repository_id, number)
);

CREATE TABLE lintel.review (
    id uuid PRIMARY KEY,
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    head_sha text NOT NULL,
    base_ref text NOT NULL,
    base_sha text NOT NULL,
    merge_base text NOT NULL,
    policy_digest text NOT NULL,
    generation integer NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'superseded', 'failed')),
    conclusion text,
    reasons jsonb NOT NULL DEFAULT '[]',
    coverage jsonb,
    usage jsonb NOT NULL DEFAULT '{}',
    cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
    check_run_id bigint,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    published_at timestamptz,
    UNIQUE (pull_request_id, generation)
);
CREATE UNIQUE INDEX review_running ON lintel.review
    (pull_request_id, head_sha, base_ref, base_sha, policy_digest) WHERE state = 'running';
CREATE INDEX review_unpublished ON lintel.review (started_at) WHERE published_at IS NULL;
CREATE INDEX review_by_start ON lintel.review (started_at);

CREATE TABLE lintel.finding (
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    number integer NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'fixed', 'dismissed')),
    claim jsonb NOT NULL,
    placement jsonb NOT NULL,
    blocking boolean NOT NULL,
    comment_id bigint,
    dismissed_by text,
    dismissed_reason text,
    first_review uuid NOT NULL REFERENCES lintel.review (id),
    last_review uuid NOT NULL REFERENCES lintel.review (id),
    PRIMARY KEY (pull_request_id, number),
    UNIQUE (pull_request_id, fingerprint)
);

-- Encrypted, and deletable: the ledger keeps digests alone.
CREATE TABLE lintel.reply (
    digest text PRIMARY KEY,
    ciphertext bytea NOT NULL,
    usage jsonb NOT NULL,
    model text NOT NULL,
    created timestamptz NOT NULL
);
CREATE INDEX reply_by_age ON lintel.reply (created);
