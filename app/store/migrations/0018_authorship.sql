-- Who moved a branch of a repository (`number` 0), or the head of a pull request, to a commit, as deliveries told it: what a
-- commit itself says of its author can be anybody's. `before` is empty where nothing known was there. Nothing is deleted:
-- a change may be offered years after it was pushed.
CREATE TABLE lintel.pushed (
    repository_id bigint NOT NULL,
    sha text NOT NULL,
    number bigint NOT NULL,
    before text NOT NULL,
    user_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, sha, number, before, user_id)
);
CREATE INDEX pushed_to_pull_request ON lintel.pushed (repository_id, number) WHERE number > 0;

-- Marks of AI that a pull request showed (`place`: a commit, `description` or `opener`), and the accounts that were seen to
-- have had an agent make it; `user_id` is 0 where only a name was told. Both stay, though what said so is gone.
CREATE TABLE lintel.mark (
    repository_id bigint NOT NULL,
    number bigint NOT NULL,
    agent text NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    place text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, number, agent, kind, text)
);
CREATE TABLE lintel.asker (
    repository_id bigint NOT NULL,
    number bigint NOT NULL,
    login text NOT NULL,
    user_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, number, login, user_id)
);
