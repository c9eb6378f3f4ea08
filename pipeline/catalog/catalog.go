// Package catalog keeps the records of a case in SQL: items, receipts, stages, outcomes, fingerprints,
// matches, reports and custody entries. It is the truth; the queue is only a hint.
//
// It knows transactions, leases and fences. It must not know any file format, what a finding means, nor
// where the bytes of originals lie. SQL is written by hand beside the function that runs it.
package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"time"

	"dokaz/pipeline"

	"modernc.org/sqlite"
)

//go:embed schema/sqlite/*.sql
var schemas embed.FS

// Catalog is the record shelf of one case. It is safe for concurrent use by goroutines and by processes.
type Catalog struct {
	write *sql.DB // one connection: writers queue here instead of on SQLite's lock
	read  *sql.DB
	clock func() time.Time // of the day
	actor pipeline.Actor
	quiet time.Duration

	steady func() time.Time // of leases and due times

	featuring []string
	beside    Beside
	fewest    int // fewItems
	unpacked  *unpackings
}

// Options adjust a catalog.
type Options struct {
	Clock func() time.Time // of the day, for records; where given, leases and due times are on it too. nil: time.Now
	Actor pipeline.Actor   // who stands in custody entries
	Quiet time.Duration    // how long a neighbour's new revision waits for further changes

	// Featuring names the analyzers that state local features: those stay with their measurements, since they are many times
	// as large as all other fingerprints together and wanted only when two items are held against each other.
	Featuring []string

	// Beside says what of a neighbour's measurements its dossier carries.
	Beside Beside
}

// Open opens the catalog in the SQLite file path, made if absent, and brings its schema up to date.
func Open(ctx context.Context, path string, o Options) (*Catalog, error) {
	if o.Clock != nil {
		return openOn(ctx, path, o, boot{})
	}
	o.Clock = time.Now
	return openOn(ctx, path, o, thisBoot())
}

func openOn(ctx context.Context, path string, o Options, machine boot) (*Catalog, error) {
	c := &Catalog{clock: o.Clock, actor: o.Actor, quiet: o.Quiet, featuring: o.Featuring, beside: o.Beside, fewest: fewItems}
	var err error
	if c.unpacked, err = newUnpackings(); err != nil {
		return nil, err
	}
	c.write, c.read = open(path, 1, "immediate"), open(path, 4, "deferred")
	if err := c.prepare(ctx, machine); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog %s: %w", filepath.Base(path), err), c.Close())
	}
	return c, nil
}

// prepare brings the schema up to date, and what was not kept in earlier ones.
func (c *Catalog) prepare(ctx context.Context, b boot) error {
	if err := c.migrate(ctx); err != nil {
		return err
	}
	return errors.Join(c.setSteady(ctx, b), c.listMissing(ctx))
}

// open sets synchronous=FULL: in WAL mode NORMAL may lose the last commits at a power cut (sqlite.org/pragma.html#pragma_synchronous).
func open(path string, conns int, lock string) *sql.DB {
	q := url.Values{"_txlock": {lock}, "_pragma": {
		"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "trusted_schema(OFF)", "cache_size(-32768)",
	}}
	db := sql.OpenDB(connector{(&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String(), new(sqlite.Driver)})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns) // a new one is set up by a row of pragmas, and knows no statement
	return db
}

// Close lets the files go.
func (c *Catalog) Close() error { return errors.Join(c.read.Close(), c.write.Close()) }

// migrate applies the embedded steps that are not recorded yet, each in a transaction of its own.
func (c *Catalog) migrate(ctx context.Context) error {
	const record = `CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL)`
	if _, err := c.write.ExecContext(ctx, record); err != nil {
		return err
	}
	names, err := fs.Glob(schemas, "schema/sqlite/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := schemas.ReadFile(name)
		if err != nil {
			return err
		}
		err = c.tx(ctx, func(tx *sql.Tx) error {
			r, err := tx.ExecContext(ctx, `INSERT INTO migration (name, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, filepath.Base(name), c.now())
			if err != nil || !changed(r) {
				return err
			}
			_, err = tx.ExecContext(ctx, string(text))
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %s: %w", filepath.Base(name), err)
		}
	}
	return nil
}

// tx runs do in a write transaction.
func (c *Catalog) tx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := c.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if err := do(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func changed(r sql.Result) bool {
	n, err := r.RowsAffected()
	return err == nil && n > 0
}

func (c *Catalog) now() string { return stamp(c.clock()) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func unstamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, s)
}

// enter appends a custody entry in the transaction of the effect it describes, and posts it to the webhooks.
func (c *Catalog) enter(ctx context.Context, tx *sql.Tx, act pipeline.Act, item pipeline.Digest, subject, detail string) error {
	return c.enterBy(ctx, tx, c.actor, act, item, subject, detail)
}

// enterBy is enter for what somebody else did than the program that writes it down.
func (c *Catalog) enterBy(ctx context.Context, tx *sql.Tx, by pipeline.Actor, act pipeline.Act, item pipeline.Digest, subject, detail string) error {
	var seq int64
	err := tx.QueryRowContext(ctx, `INSERT INTO ledger (at, actor, act, item, subject, detail, ahead) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING seq`,
		c.now(), string(by), string(act), item.Hex(), subject, detail, c.ahead()).Scan(&seq)
	if err != nil {
		return err
	}
	return c.post(ctx, tx, seq, act)
}
