-- What lists show of an item, written anew in every transaction that changes it, so that a page of a large case is read from one
-- table in one order. Everything here follows from the other tables: where it is lost it is made again.
CREATE TABLE listing (
	arrival      INTEGER PRIMARY KEY REFERENCES item(arrival),
	item         TEXT NOT NULL UNIQUE,
	name         TEXT NOT NULL,    -- first receipt's, by key
	received     TEXT NOT NULL,    -- earliest receipt
	receipts     INTEGER NOT NULL,
	state        TEXT NOT NULL,
	heaviest     INTEGER NOT NULL, -- 0 no finding, 1 note, 2 supports, 3 questions, 4 contradicts
	revision     INTEGER NOT NULL, -- 0 before the first report
	findings     TEXT NOT NULL,    -- of that report, as there
	matches      INTEGER NOT NULL,
	cluster_size INTEGER NOT NULL,
	timed        INTEGER NOT NULL, -- its file states a time
	placed       INTEGER NOT NULL, -- its file states a place
	words        TEXT NOT NULL DEFAULT '', -- names, paths, sources and addresses it came with, in small letters
	thumbnail    TEXT NOT NULL,    -- digests, or nothing
	blurred      TEXT NOT NULL
);
CREATE INDEX listing_name ON listing(name, arrival);
CREATE INDEX listing_heaviest ON listing(heaviest, arrival);
CREATE INDEX listing_matches ON listing(matches, arrival);

-- By what an item is picked out of a list: "kind:photo", "code:reuse.mirrored", "source:…".
CREATE TABLE mark (
	mark    TEXT NOT NULL,
	arrival INTEGER NOT NULL,
	PRIMARY KEY (mark, arrival)
) WITHOUT ROWID;
CREATE INDEX mark_arrival ON mark(arrival);

-- The words of a listing in runs of three characters, so that text is found in the middle of names without reading them all. rowid is the arrival.
CREATE VIRTUAL TABLE searched USING fts5(words, tokenize = 'trigram');
