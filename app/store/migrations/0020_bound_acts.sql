-- An override is bound to what the diff was made from too; of pause and resume the one that was said last holds; and a
-- merge past the gate is recorded once.
ALTER TABLE lintel.override ADD COLUMN merge_base text NOT NULL DEFAULT '';
ALTER TABLE lintel.pull_request
    ADD COLUMN pause_said_at timestamptz,
    ADD COLUMN pause_comment_id bigint NOT NULL DEFAULT 0,
    ADD COLUMN bypassed_at timestamptz;
