-- What somebody is shown as (`name`) and what they sign in with and are called by (`folded`) may differ. `shown` is then the
-- name without regard to case; without it somebody is shown by the username, as typed. Nobody's name of either kind is
-- another's of either kind: within each the indexes see to it, across them whoever writes.
ALTER TABLE user ADD COLUMN shown TEXT;
CREATE UNIQUE INDEX user_by_shown ON user (shown);
