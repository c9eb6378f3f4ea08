package catalog

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"
)

// opened is an empty database on one connection, and that connection.
func opened(t *testing.T) (*sql.DB, *sql.Conn, *keeping) {
	t.Helper()
	db := open(filepath.Join(t.TempDir(), "a.db"), 1, "immediate")
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // it may be closed already
	var k *keeping
	if err := c.Raw(func(is any) error { k = is.(*keeping); return nil }); err != nil {
		t.Fatal(err)
	}
	return db, c, k
}

// A statement that is executed again, while its rows are read, after a failure and after the table has changed says what it would have said.
func TestKeptStatementsAreAsNew(t *testing.T) {
	t.Parallel()
	_, c, k := opened(t)
	do := func(text string, args ...any) error {
		_, err := c.ExecContext(t.Context(), text, args...)
		return err
	}
	const put, look = `INSERT INTO x (a) VALUES ($1)`, `SELECT a FROM x ORDER BY a`
	if err := do(`CREATE TABLE x (a INTEGER PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := do(put, i); err != nil {
			t.Fatal(err)
		}
	}
	var wrong *sqlite.Error
	if err := do(put, 0); !errors.As(err, &wrong) {
		t.Errorf("the same key again: %v", err)
	}
	if err := do(put, 3); err != nil {
		t.Errorf("after a failure: %v", err)
	}
	read := func(inside func()) (out []int) {
		t.Helper()
		rows, err := c.QueryContext(t.Context(), look)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var a int
			if err := rows.Scan(&a); err != nil {
				t.Fatal(err)
			}
			out = append(out, a)
			inside()
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		return out
	}
	inner := 0
	if outer := read(func() { inner += len(read(func() {})) }); len(outer) != 4 || inner != 16 {
		t.Errorf("rows within rows of the same text: %v, %d inside; want 4 and 16", outer, inner)
	}
	if err := do(`ALTER TABLE x ADD COLUMN b TEXT`); err != nil {
		t.Error(err)
	}
	if got := read(func() {}); len(got) != 4 {
		t.Errorf("after a change of the table: %v", got)
	}
	var a int
	if err := c.QueryRowContext(t.Context(), look).Scan(&a); err != nil || a != 0 || k.idle[look] == nil || len(k.idle) != 4 {
		t.Errorf("%d, %v, %d statements are kept, want 4", a, err, len(k.idle))
	}
	s := k.idle[look]
	if got := read(func() {}); len(got) != 4 || k.idle[look] != s {
		t.Errorf("%v; the statement was prepared again", got)
	}
}

// Rows that were closed early hold no snapshot: what others commit is seen, and the log can be written back.
func TestKeptStatementsHoldNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	one, two := open(path, 1, "deferred"), open(path, 1, "immediate")
	defer one.Close()
	defer two.Close()
	if _, err := two.ExecContext(t.Context(), `CREATE TABLE x (a INTEGER)`); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if _, err := two.ExecContext(t.Context(), `INSERT INTO x (a) VALUES ($1), ($1)`, i); err != nil {
			t.Fatal(err)
		}
		var a, busy, log, done int
		if err := one.QueryRowContext(t.Context(), `SELECT a FROM x ORDER BY rowid DESC`).Scan(&a); err != nil || a != i {
			t.Errorf("read %d, %v; want %d", a, err, i)
		}
		if err := two.QueryRowContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done); err != nil || busy != 0 || log != 0 {
			t.Errorf("busy %d, %d pages left in the log, %v", busy, log, err)
		}
	}
}

func TestKeptStatementsAreBounded(t *testing.T) {
	t.Parallel()
	_, c, k := opened(t)
	for i := range maxKept + 50 {
		var n int
		text := `SELECT ` + string(rune('0'+i%10)) + ` + ` + string(rune('0'+i/10%10)) + ` + ` + string(rune('0'+i/100))
		if err := c.QueryRowContext(t.Context(), text).Scan(&n); err != nil || n != i%10+i/10%10+i/100 {
			t.Fatalf("%s: %d, %v", text, n, err)
		}
	}
	if len(k.idle) != maxKept {
		t.Errorf("%d statements are kept, want %d", len(k.idle), maxKept)
	}
}
