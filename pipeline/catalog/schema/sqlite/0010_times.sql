-- The latest receipt of an item, beside the earliest, so that lists can be bounded by time without reading receipts.
ALTER TABLE listing ADD COLUMN latest TEXT NOT NULL DEFAULT '';
UPDATE listing SET latest = coalesce((SELECT max(at) FROM receipt WHERE item = listing.item), '');

-- Between which times the items of 256 consecutive arrivals were received, so that a list in the order of arrival passes over those of other
-- times at once. A span never becomes narrower.
CREATE TABLE span (
	span     INTEGER PRIMARY KEY, -- arrival / 256
	earliest TEXT NOT NULL,
	latest   TEXT NOT NULL
);
INSERT INTO span SELECT arrival / 256, min(received), max(latest) FROM listing GROUP BY 1;

-- How far an item is, which may be several things at once; "state:" is one only, as the library shows it.
INSERT INTO mark SELECT 'is:waiting', arrival FROM listing l WHERE NOT EXISTS (SELECT 1 FROM outcome WHERE item = l.item);
INSERT INTO mark SELECT 'is:reported', arrival FROM listing WHERE revision > 0;
INSERT INTO mark SELECT 'is:failed', arrival FROM listing WHERE item IN (SELECT item FROM outcome WHERE status IN ('failed', 'refused'));
INSERT INTO mark SELECT 'is:quarantined', arrival FROM item WHERE quarantined AND arrival IN (SELECT arrival FROM listing);
