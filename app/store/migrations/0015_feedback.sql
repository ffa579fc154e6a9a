-- What people with write think of findings, as their comments showed it when they were read last: a reaction that was
-- taken back has no row. `at` is when GitHub says that it was given, `role` the live one when it was read.
CREATE TABLE lintel.reaction (
    pull_request_id bigint NOT NULL,
    number integer NOT NULL,
    user_id bigint NOT NULL,
    login text NOT NULL,
    role text NOT NULL,
    liked boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (pull_request_id, number, user_id),
    FOREIGN KEY (pull_request_id, number) REFERENCES lintel.finding (pull_request_id, number)
);

-- One row for each pull request whose reactions were to be read. `unread` counts comments, `unasked` people, that nobody
-- looked at, for want of room; `fault` is why the newest reading failed, empty where it did not.
CREATE TABLE lintel.reaction_reading (
    pull_request_id bigint PRIMARY KEY REFERENCES lintel.pull_request (id),
    comments integer NOT NULL DEFAULT 0,
    unread integer NOT NULL DEFAULT 0,
    unasked integer NOT NULL DEFAULT 0,
    fault text NOT NULL DEFAULT '',
    at timestamptz NOT NULL
);

-- Kinds of finding that were proposed to be left out in a repository, and what somebody made of it. `pull_request_id` and
-- `comment_id` are where the proposal stands; the comment is unknown until GitHub is known to have it. `accepted_at` is
-- when the reaction was given that accepted it, `decided_at` when the last one that decided was read; `told` is the state
-- that its comment tells. What is left out is decided by each review anew: findings keep their rows.
CREATE TABLE lintel.suppression (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    repository_id bigint NOT NULL,
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    source text NOT NULL,
    category text NOT NULL,
    rule text NOT NULL,
    speaking jsonb NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'refused', 'ended')),
    told text NOT NULL DEFAULT '',
    comment_id bigint,
    login text,
    user_id bigint,
    role text,
    proposed_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by text,
    decided_at timestamptz
);
CREATE UNIQUE INDEX suppression_alive ON lintel.suppression (repository_id, source, category, rule)
    WHERE state IN ('proposed', 'accepted');
CREATE INDEX suppression_by_repository ON lintel.suppression (repository_id);
