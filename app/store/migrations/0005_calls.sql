-- One row for each call of a model, written before it is made: what it may cost at most, and then what it took.
-- A row that never ended (its process died) keeps counting with what it had reserved: nobody saw what became of it.
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
    reserved_usd numeric(14, 6),
    usd numeric(14, 6),
    usage jsonb,
    outcome text,
    failure jsonb,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX call_by_month ON lintel.call (installation_id, month) INCLUDE (usd, reserved_usd);
CREATE INDEX call_by_pull_request ON lintel.call (pull_request_id) INCLUDE (usd, reserved_usd);
CREATE INDEX call_by_review ON lintel.call (review_id) INCLUDE (usd, reserved_usd);
