-- What people decided. An override is bound to one head, offered to one base branch. It ends for good as soon as another
-- head or base is seen: a head that comes back does not bring it along.
CREATE TABLE lintel.override (
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    comment_id bigint NOT NULL,
    head_sha text NOT NULL,
    base_ref text NOT NULL,
    login text NOT NULL,
    user_id bigint NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (pull_request_id, comment_id, head_sha)
);
CREATE INDEX override_in_force ON lintel.override (pull_request_id, at) WHERE ended_at IS NULL;

ALTER TABLE lintel.pull_request ADD COLUMN paused_by text NOT NULL DEFAULT '';
ALTER TABLE lintel.finding ADD COLUMN dismissed_at timestamptz;
