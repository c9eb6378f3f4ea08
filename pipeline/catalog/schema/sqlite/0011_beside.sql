-- What dossiers of an item's neighbours carry of it, picked out of its measurements when they were committed: a hundredth of them, mostly, and
-- read for every neighbour. Everything here follows from the measurements; where it is missing or was picked otherwise these are read.
CREATE TABLE beside (
	item  TEXT PRIMARY KEY REFERENCES item(digest),
	picks TEXT NOT NULL, -- by what it was picked
	facts BLOB           -- a gzip of a JSON array, as in outcome
) WITHOUT ROWID;
