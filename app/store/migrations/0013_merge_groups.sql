-- Groups of merge queues. `id` is that of the review whose check stands on the group's head; `serial`, made negative, is
-- the number under which a group is kept among the pull requests if its own change is reviewed (`own`).
CREATE TABLE lintel.merge_group (
    id uuid PRIMARY KEY,
    serial integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
    installation_id bigint NOT NULL,
    repository_id bigint NOT NULL,
    head_sha text NOT NULL,
    base_ref text NOT NULL,
    base_sha text NOT NULL,
    own boolean NOT NULL DEFAULT false,
    begun_at timestamptz NOT NULL,
    published_at timestamptz,
    UNIQUE (repository_id, head_sha)
);
