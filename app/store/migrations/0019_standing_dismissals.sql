-- What a dismissal holds for: `symbol` is the definition that the finding's line stood in when it was last found
-- (older rows do not tell), `dismissed_base_ref` the base branch that it was dismissed for, where it blocked; empty: any.
ALTER TABLE lintel.finding ADD COLUMN symbol text;
ALTER TABLE lintel.finding ADD COLUMN dismissed_base_ref text NOT NULL DEFAULT '';
