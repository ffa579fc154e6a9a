-- The line for which a finding was given up in its thread: {path, line, quote}. Whether the finding is then withdrawn or
-- only marked is decided by each review anew, from whether it blocks and whether the line still stands; `state` stays
-- what it was, so that an older program, which knows no other states, goes on counting the finding.
ALTER TABLE lintel.finding ADD COLUMN conceded jsonb;

-- One row for each comment in a thread that is answered, written before a model is asked: answers are limited by it.
CREATE TABLE lintel.thread_answer (
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    comment_id bigint NOT NULL,
    thread_id bigint NOT NULL,
    installation_id bigint NOT NULL,
    user_id bigint NOT NULL,
    entitled boolean NOT NULL,
    outcome text,
    at timestamptz NOT NULL,
    PRIMARY KEY (pull_request_id, comment_id)
);
CREATE INDEX thread_answer_by_person ON lintel.thread_answer (installation_id, user_id, at);
