-- On a summary's row: SHA-256 of all that curves draw of the run's epochs, made when the run has ended. Every end of an epoch writes the row anew
-- without it. NULL: each epoch is looked at.

ALTER TABLE checksum ADD COLUMN epochs_sha256 TEXT;
