-- What the secrets are made from by which calls to rules' webhooks are signed.
ALTER TABLE alert_own ADD COLUMN secret TEXT;
