-- What people said of items after reading one exact report. The last word on an item counts, none is changed or deleted; what was
-- said of an earlier revision remains said of that one.
CREATE TABLE standing (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT,
	item     TEXT NOT NULL REFERENCES item(digest),
	revision INTEGER NOT NULL,
	doc      TEXT NOT NULL,
	standing TEXT NOT NULL,
	by_name  TEXT NOT NULL,
	why      TEXT NOT NULL,
	at       TEXT NOT NULL
);
CREATE INDEX standing_item ON standing(item, seq);
