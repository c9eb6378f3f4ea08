-- Who may speak to the doors. Of a token only the SHA-256 of its secret is kept: secrets are 256 random bits, which no
-- guessing finds, so a slow hash would add nothing.
CREATE TABLE token (
	id      TEXT PRIMARY KEY,
	name    TEXT NOT NULL,
	secret  TEXT NOT NULL,            -- hexadecimal digits of the hash
	scopes  TEXT NOT NULL,            -- separated by single spaces, ascending
	created TEXT NOT NULL,
	expires TEXT NOT NULL,
	revoked TEXT NOT NULL DEFAULT '', -- '' while it is not
	used    TEXT NOT NULL DEFAULT ''  -- when last, to the minute
) WITHOUT ROWID;

-- Answers kept for the keys that clients repeat requests under (Idempotency-Key).
CREATE TABLE reply (
	token   TEXT NOT NULL,
	key     TEXT NOT NULL,
	request TEXT NOT NULL, -- digest over what was asked
	status  INTEGER NOT NULL,
	body    TEXT NOT NULL,
	expires TEXT NOT NULL,
	PRIMARY KEY (token, key)
) WITHOUT ROWID;
CREATE INDEX reply_expires ON reply(expires);
