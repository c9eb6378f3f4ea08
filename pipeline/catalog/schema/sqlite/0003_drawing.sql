-- Drawings of matches that were made for reports, so that each is made once. key is a digest over all that the drawing
-- depends on; the drawing's bytes lie among the derivatives under their own. A row may be lost: the drawing is made again.
CREATE TABLE drawing (
	key        TEXT PRIMARY KEY,
	digest     TEXT NOT NULL,
	media_type TEXT NOT NULL,
	shows      TEXT NOT NULL
) WITHOUT ROWID;
