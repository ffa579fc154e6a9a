-- What models have read of a pull request by the end of a review, and what they said that it does. The reading of a
-- review and the one that it went on from are kept, so that a review which is made again after a crash goes on from
-- the same.
CREATE TABLE lintel.reading (
    review_id uuid PRIMARY KEY REFERENCES lintel.review (id),
    about text NOT NULL
);

CREATE TABLE lintel.read_hunk (
    review_id uuid NOT NULL REFERENCES lintel.reading (review_id) ON DELETE CASCADE,
    digest text NOT NULL,
    reader text NOT NULL,
    head_sha text NOT NULL,
    PRIMARY KEY (review_id, digest, reader)
);
