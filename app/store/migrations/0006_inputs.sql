-- What each run of a review was made from, written when it began; one that goes on after a crash is another run.
-- Encrypted and deletable like replies. `standings` is what its accounts held then; `obstacle` is why a run could not
-- read its change, in the program's own words.
CREATE TABLE lintel.input (
    review_id uuid NOT NULL REFERENCES lintel.review (id),
    run integer NOT NULL,
    at timestamptz NOT NULL,
    ciphertext bytea NOT NULL,
    standings jsonb,
    obstacle jsonb,
    PRIMARY KEY (review_id, run)
);
CREATE INDEX input_by_age ON lintel.input (at);
