-- What people said of two items: the last word on a pair counts, none is changed or deleted. A decision is about contents, so
-- it refers to no row that an examination makes and outlives them all.
CREATE TABLE decision (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	lesser  TEXT NOT NULL, -- digest; lesser < greater
	greater TEXT NOT NULL,
	verdict TEXT NOT NULL, -- 'different' or 'same'
	by_name TEXT NOT NULL,
	why     TEXT NOT NULL,
	at      TEXT NOT NULL
);
CREATE INDEX decision_pair ON decision(lesser, greater, seq);
CREATE INDEX decision_greater ON decision(greater);
