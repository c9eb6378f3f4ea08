-- Uploads that come in pieces. What received says is durable in the file; what lies behind it there was never acknowledged.
CREATE TABLE upload (
	id       TEXT PRIMARY KEY,
	token    TEXT NOT NULL,           -- whose it is
	length   INTEGER NOT NULL,        -- bytes in all
	received INTEGER NOT NULL DEFAULT 0,
	metadata TEXT NOT NULL,           -- as the client wrote it
	expires  TEXT NOT NULL,
	item     TEXT NOT NULL DEFAULT '' -- digest of the item it became
) WITHOUT ROWID;
CREATE INDEX upload_expires ON upload(expires);
