-- One row for each call of a model, written before it is made: what it may cost at most, and then what it took. No row
-- holds anybody's text. One that never ended (its process died) keeps counting with what it had reserved: nobody saw
-- what became of it. Dollars are null where the model has no price. A refused call has a row too: it never was made.
CREATE TABLE lintel.call (
    id uuid PRIMARY KEY,
    installation_id bigint NOT NULL,
    pull_request_id bigint NOT NULL REFERENCES lintel.pull_request (id),
    review_id uuid NOT NULL REFERENCES lintel.review (id),
    month date NOT NULL,
    digest text NOT NULL,
    stage text NOT NULL,
    lens text NOT NULL,
    model text NOT NULL,
    reserved_usd numeric,
    usd numeric,
    calls bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cache_read_tokens bigint NOT NULL DEFAULT 0,
    cache_write_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    outcome text,
    failure jsonb,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX call_by_review ON lintel.call (review_id);
CREATE INDEX call_under_way ON lintel.call (installation_id, begun_at) WHERE ended_at IS NULL;

-- What the calls of a review, of a pull request and of an installation's month come to, kept beside them: summing a
-- month takes too long to be done before each call, and a call waits for the row of its account. `booked_usd` has the
-- price of what ended and the reservation of what did not; `unpriced` counts what was paid for without a known price;
-- `limit_usd` is the limit that the latest call was held to.
CREATE TABLE lintel.account (
    kind text NOT NULL CHECK (kind IN ('month', 'pull_request', 'review')),
    name text NOT NULL,
    booked_usd numeric NOT NULL DEFAULT 0,
    limit_usd numeric,
    unpriced bigint NOT NULL DEFAULT 0,
    calls bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cache_read_tokens bigint NOT NULL DEFAULT 0,
    cache_write_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, name)
);
