-- Digests are 64 hexadecimal digits, so that the catalog can be read with the stock sqlite3 program.
-- Times for people are RFC 3339 in UTC; leases and due times are milliseconds since 1970.

CREATE TABLE item (
	arrival     INTEGER PRIMARY KEY AUTOINCREMENT,
	digest      TEXT NOT NULL UNIQUE,
	sha512      TEXT NOT NULL,
	size        INTEGER NOT NULL,
	kind        TEXT NOT NULL,
	format      TEXT NOT NULL,
	quarantined INTEGER NOT NULL DEFAULT 0, -- its examination killed two children
	degree      INTEGER NOT NULL DEFAULT 0, -- items that a match with joins = 1 connects it to, each once
	corrupt     INTEGER NOT NULL DEFAULT 0  -- when it was to be examined, its sealed bytes were no longer those received
);

-- key is the act of receiving; a repeated run adds no second receipt.
CREATE TABLE receipt (
	key      TEXT PRIMARY KEY,
	item     TEXT NOT NULL REFERENCES item(digest),
	name     TEXT NOT NULL,
	raw_name BLOB,
	path     TEXT NOT NULL,
	claims   TEXT NOT NULL,
	at       TEXT NOT NULL,
	by_actor TEXT NOT NULL,
	modified TEXT NOT NULL
);
CREATE INDEX receipt_item ON receipt(item, key);

-- One row for each step an item was ever asked to take. It is to be done while wanted > finished.
-- fence counts claims: a commit that names an older fence has lost its claim.
CREATE TABLE stage (
	step        TEXT NOT NULL,
	item        TEXT NOT NULL REFERENCES item(digest),
	wanted      INTEGER NOT NULL,
	finished    INTEGER NOT NULL DEFAULT 0,
	leased      INTEGER NOT NULL DEFAULT 0,
	fence       INTEGER NOT NULL DEFAULT 0,
	attempts    INTEGER NOT NULL DEFAULT 0,
	lease_until INTEGER NOT NULL DEFAULT 0,
	worker      TEXT NOT NULL DEFAULT '',
	due         INTEGER NOT NULL,
	cause       TEXT NOT NULL DEFAULT '',
	plan        TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (step, item)
) WITHOUT ROWID;
CREATE INDEX stage_due ON stage(step, due) WHERE wanted > finished;

-- What one analyzer said of one item. measurements is a gzip of a JSON array, in the order said.
CREATE TABLE outcome (
	item         TEXT NOT NULL REFERENCES item(digest),
	place        INTEGER NOT NULL,
	analyzer     TEXT NOT NULL,
	version      INTEGER NOT NULL,
	parameters   TEXT NOT NULL,
	status       TEXT NOT NULL,
	reason       TEXT NOT NULL,
	took_us      INTEGER NOT NULL,
	measurements BLOB,
	PRIMARY KEY (item, place)
) WITHOUT ROWID;
CREATE INDEX outcome_trouble ON outcome(status) WHERE status IN ('failed', 'refused', 'partial');

CREATE TABLE derivative (
	item   TEXT NOT NULL REFERENCES item(digest),
	place  INTEGER NOT NULL,
	role   TEXT NOT NULL,
	digest TEXT NOT NULL,
	PRIMARY KEY (item, place)
) WITHOUT ROWID;

-- Fingerprints, packed per item. seq is the order in which they became visible.
CREATE TABLE prints (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	item   TEXT NOT NULL UNIQUE REFERENCES item(digest),
	packed BLOB NOT NULL
);

CREATE TABLE match (
	a        TEXT NOT NULL,
	b        TEXT NOT NULL,
	basis    TEXT NOT NULL,
	strength TEXT NOT NULL,
	distance INTEGER NOT NULL,
	joins    INTEGER NOT NULL, -- it makes its two items neighbours in the sense of clusters
	doc      TEXT NOT NULL,
	PRIMARY KEY (a, b, basis)
) WITHOUT ROWID;
CREATE INDEX match_b ON match(b);
CREATE INDEX match_joined_a ON match(a, b) WHERE joins;
CREATE INDEX match_joined_b ON match(b, a) WHERE joins;

-- Frozen revisions. doc is the digest of the document, which lies among the derivatives.
CREATE TABLE report (
	item           TEXT NOT NULL REFERENCES item(digest),
	revision       INTEGER NOT NULL,
	doc            TEXT NOT NULL,
	core           TEXT NOT NULL,
	at             TEXT NOT NULL,
	findings       TEXT NOT NULL,
	matches        INTEGER NOT NULL,
	degree         INTEGER NOT NULL,
	representative TEXT NOT NULL,
	cluster_size   INTEGER NOT NULL,
	PRIMARY KEY (item, revision)
) WITHOUT ROWID;

-- Custody events, each committed with the effect it describes.
CREATE TABLE ledger (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	at      TEXT NOT NULL,
	actor   TEXT NOT NULL,
	act     TEXT NOT NULL,
	item    TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail  TEXT NOT NULL
);
CREATE INDEX ledger_item ON ledger(item, seq);
