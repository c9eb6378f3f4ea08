-- The clock of leases and due times: the one of this boot of the machine, which nobody can set, and shift milliseconds. It begins at the
-- time of day, and does not follow where that is set.
CREATE TABLE steady (
	only  INTEGER PRIMARY KEY CHECK (only = 1),
	boot  TEXT NOT NULL, -- name of the boot; under another one all leases are held for as long as leases are at most
	shift INTEGER NOT NULL
);

-- How often a stage was given back with a cause since it was asked for. attempts counts claims too that ended with their process.
ALTER TABLE stage ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

-- How far the clock of the day was ahead of the steady one when the entry was written, in milliseconds, so that entries tell when it was set.
ALTER TABLE ledger ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;

-- Who holds leases, so that those of workers that are gone are found at once however many stages there are.
CREATE INDEX stage_leased ON stage(worker) WHERE leased = 1;
