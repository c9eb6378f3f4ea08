-- Which bytes the proofs of an item name, and what it says of them: a gzip of a JSON array of measurements, as in outcome. of is a digest with its
-- algorithm, "sha256:…" or "sha512:…"; the item with those bytes may be here already, come later, or never. Everything here follows from the measurements.
CREATE TABLE proof (
	item  TEXT NOT NULL REFERENCES item(digest),
	of    TEXT NOT NULL,
	facts BLOB,
	PRIMARY KEY (item, of)
) WITHOUT ROWID;
CREATE INDEX proof_of ON proof(of, item);
