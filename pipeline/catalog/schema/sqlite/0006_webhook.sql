-- Where other programs are told of custody entries. A secret signs what is sent, so it is kept as it is.
CREATE TABLE webhook (
	id          TEXT PRIMARY KEY,
	url         TEXT NOT NULL,
	acts        TEXT NOT NULL,            -- of the entries it is told, between single spaces; ' ' is all
	secret      TEXT NOT NULL,
	prior       TEXT NOT NULL DEFAULT '', -- the secret before, which signs too for a while
	prior_until TEXT NOT NULL DEFAULT '',
	version     INTEGER NOT NULL DEFAULT 1,
	created     TEXT NOT NULL,
	disabled    TEXT NOT NULL DEFAULT ''  -- why nothing is sent; '' while it is
) WITHOUT ROWID;

-- One row for each entry a webhook is to be told, put in by the transaction of the entry. It goes when it is delivered.
CREATE TABLE outbox (
	webhook  TEXT NOT NULL REFERENCES webhook(id) ON DELETE CASCADE,
	seq      INTEGER NOT NULL REFERENCES ledger(seq),
	due      INTEGER NOT NULL,            -- milliseconds since 1970; while it is being sent, when somebody else may
	attempts INTEGER NOT NULL DEFAULT 0,
	dead     INTEGER NOT NULL DEFAULT 0,  -- it is not tried any more by itself
	status   INTEGER NOT NULL DEFAULT 0,  -- of the last answer, 0 where there was none
	cause    TEXT NOT NULL DEFAULT '',    -- of the last failure
	PRIMARY KEY (webhook, seq)
) WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox(webhook, due) WHERE dead = 0;
