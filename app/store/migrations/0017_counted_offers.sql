-- What the newest verdict on a pull request counted of others that offer the same commit. Whoever is worth something
-- else by now lets it be decided again. `conclusion` is null where the other one was not judged yet; `attendance` says
-- whether it was going to be.
CREATE TABLE lintel.counted_offer (
    review_id uuid NOT NULL REFERENCES lintel.review (id) ON DELETE CASCADE,
    repository_id bigint NOT NULL,
    number integer NOT NULL,
    base_ref text NOT NULL,
    conclusion text,
    attendance text NOT NULL,
    PRIMARY KEY (review_id, number)
);
CREATE INDEX counted_offer_by_pull_request ON lintel.counted_offer (repository_id, number);

-- Whether the verdict stands under the name that speaks for all bases.
ALTER TABLE lintel.review ADD COLUMN shared boolean NOT NULL DEFAULT false;
CREATE INDEX review_by_head ON lintel.review (head_sha);
