package catalog

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// connector connects to a SQLite file and keeps the statements of each connection prepared: the texts are few and written by hand, they are
// executed thousands of times, and to parse one costs more than most of them take.
type connector struct {
	name   string
	driver *sqlite.Driver
}

func (k connector) Driver() driver.Driver { return k.driver }

func (k connector) Connect(context.Context) (driver.Conn, error) {
	c, err := k.driver.Open(k.name)
	if err != nil {
		return nil, err
	}
	full, ok := c.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's %T lacks what it had", c), c.Close())
	}
	return &keeping{connection: full, idle: map[string]statement{}}, nil
}

// connection and statement are what the driver's connections and statements can do.
type (
	connection interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.SessionResetter
		driver.Validator
		driver.Pinger
	}
	statement interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
)

// maxKept bounds the statements of a connection that wait to be used again; more texts than that are of searches, which differ.
const maxKept = 200

// keeping is one connection. database/sql uses a connection from one goroutine at a time.
type keeping struct {
	connection
	idle map[string]statement // by text; one that is being executed is not in it
}

// take returns a prepared statement that nobody else executes.
func (k *keeping) take(ctx context.Context, text string) (statement, error) {
	if s, ok := k.idle[text]; ok {
		delete(k.idle, text)
		return s, nil
	}
	s, err := k.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := s.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's %T lacks what it had", s), s.Close())
	}
	return full, nil
}

// give takes back a statement that was executed to its end.
func (k *keeping) give(text string, s statement) error {
	if _, twice := k.idle[text]; twice || len(k.idle) >= maxKept {
		return s.Close()
	}
	k.idle[text] = s
	return nil
}

// ExecContext executes a statement, kept or prepared now.
func (k *keeping) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return r, k.give(text, s)
}

// QueryContext is ExecContext for rows; the statement is theirs until they are closed.
func (k *keeping) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &keptRows{Rows: r, of: k, text: text, statement: s}, nil
}

// Close closes the statements and the connection.
func (k *keeping) Close() error {
	var errs []error
	for _, s := range k.idle {
		errs = append(errs, s.Close())
	}
	clear(k.idle)
	return errors.Join(append(errs, k.connection.Close())...)
}

// keptRows give their statement back when they are closed.
type keptRows struct {
	driver.Rows
	of        *keeping
	text      string
	statement statement
}

func (r *keptRows) Close() error {
	s := r.statement
	if s == nil {
		return nil
	}
	r.statement = nil
	if err := r.Rows.Close(); err != nil {
		return errors.Join(err, s.Close())
	}
	return r.of.give(r.text, s)
}
