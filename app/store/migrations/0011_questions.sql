-- Who had a model asked by a comment, and when: a person may do so a few times an hour, because anybody's comment spends
-- the installation's money. `asked` is a digest that tells several commands of one comment apart; no row holds what was
-- asked.
CREATE TABLE lintel.question (
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    comment_id bigint NOT NULL,
    in_thread boolean NOT NULL,
    asked text NOT NULL,
    user_id bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (pull_request_id, comment_id, in_thread, asked)
);
CREATE INDEX question_of_person ON lintel.question (user_id, at);
