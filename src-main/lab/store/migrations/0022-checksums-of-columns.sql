-- On a summary's row: SHA-256 (128 bits of it) of each column that curves draw of the run's epochs, by its name, made when the run has ended: a
-- curve looks at what it draws and at nothing else. Every end of an epoch writes the row anew without it. NULL: each epoch is looked at.

ALTER TABLE checksum DROP COLUMN epochs_sha256;
ALTER TABLE checksum ADD COLUMN columns_sha256 TEXT CHECK (json_valid(columns_sha256));
