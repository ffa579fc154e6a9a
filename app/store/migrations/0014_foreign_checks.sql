-- Checks with a name of ours that another App completed, once for each head and App.
CREATE TABLE lintel.foreign_check (
    repository_id bigint NOT NULL,
    head_sha text NOT NULL,
    name text NOT NULL,
    app_id bigint NOT NULL,
    app text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (repository_id, head_sha, name, app_id)
);
