-- What the newest report of an item says, in single words that lists are filtered by: 'code:' and a finding's code, 'weight:' and
-- the weight of one.
CREATE TABLE report_mark (
	mark TEXT NOT NULL,
	item TEXT NOT NULL REFERENCES item(digest),
	PRIMARY KEY (mark, item)
) WITHOUT ROWID;
CREATE INDEX report_mark_item ON report_mark(item);

INSERT INTO report_mark (mark, item)
SELECT DISTINCT 'code:' || j.value, r.item FROM report r, json_each(r.findings, '$.codes') j
WHERE j.value IS NOT NULL AND r.revision = (SELECT max(x.revision) FROM report x WHERE x.item = r.item);

INSERT INTO report_mark (mark, item)
SELECT DISTINCT 'weight:' || j.key, r.item FROM report r, json_each(r.findings, '$.weights') j
WHERE j.value > 0 AND r.revision = (SELECT max(x.revision) FROM report x WHERE x.item = r.item);
