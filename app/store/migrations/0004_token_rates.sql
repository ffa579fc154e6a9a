-- What real calls had in bytes and in tokens, the older the less, and the rate that new reviews are planned with.
CREATE TABLE lintel.token_rate (
    model text PRIMARY KEY,
    size bigint NOT NULL,
    tokens bigint NOT NULL,
    samples bigint NOT NULL,
    centibytes integer NOT NULL CHECK (centibytes > 0),
    changed_at timestamptz NOT NULL
);

-- The rate of a review is fixed when it begins: its chunks, and so its stored replies, depend on it. Reviews of a
-- version that knows of none have the default.
ALTER TABLE lintel.review ADD COLUMN token_centibytes integer CHECK (token_centibytes > 0);
