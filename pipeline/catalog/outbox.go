package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Letter is a custody entry that a webhook is still to be told.
type Letter struct {
	Webhook  string
	Entry    pipeline.Entry
	Due      time.Time // when it is sent next, by the clock of the day as it stands now
	Attempts int
	Dead     bool   // it is not tried any more by itself
	Status   int    // of the last answer, 0 where there was none
	Cause    string // of the last failure
}

// Due times of letters are on the steady clock: one that is set makes none wait for days, and does not send all that wait at once.

// post puts a custody entry into the outbox of every webhook that is to be told, in the transaction of the entry.
func (c *Catalog) post(ctx context.Context, tx *sql.Tx, seq int64, act pipeline.Act) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO outbox (webhook, seq, due) SELECT id, $1, $2 FROM webhook
		WHERE disabled = '' AND (acts = ' ' OR instr(acts, ' ' || $3 || ' ') > 0)`, seq, c.steady().UnixMilli(), string(act))
	return err
}

const letterColumns = `SELECT o.webhook, o.due, o.attempts, o.dead, o.status, o.cause, l.seq, l.at, l.actor, l.act, l.item, l.subject, l.detail
	FROM outbox o JOIN ledger l ON l.seq = o.seq`

// ClaimLetters takes at most limit letters of a webhook that are due, oldest first, and counts the attempt. For so long nobody else
// takes them; then they are due again, unless they were settled.
func (c *Catalog) ClaimLetters(ctx context.Context, webhook string, hold time.Duration, limit int) ([]Letter, error) {
	now := c.steady()
	var out []Letter
	err := c.tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, letterColumns+` WHERE o.webhook = $1 AND o.dead = 0 AND o.due <= $2 ORDER BY o.due, o.seq LIMIT $3`, webhook, now.UnixMilli(), limit)
		if out, err = c.scanLetters(rows, err); err != nil {
			return err
		}
		for i := range out {
			out[i].Attempts++
			if _, err := tx.ExecContext(ctx, `UPDATE outbox SET due = $1, attempts = attempts + 1 WHERE webhook = $2 AND seq = $3`,
				now.Add(hold).UnixMilli(), webhook, out[i].Entry.Seq); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// LettersDue reports whether a webhook has a letter that is due.
func (c *Catalog) LettersDue(ctx context.Context, webhook string) (bool, error) {
	var due bool
	err := c.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE webhook = $1 AND dead = 0 AND due <= $2)`, webhook, c.steady().UnixMilli()).Scan(&due)
	if err != nil {
		return false, fmt.Errorf("catalog: %w", err)
	}
	return due, nil
}

// Delivered ends a letter.
func (c *Catalog) Delivered(ctx context.Context, l Letter) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE webhook = $1 AND seq = $2`, l.Webhook, l.Entry.Seq)
		return err
	})
}

// Undelivered keeps why a letter came not through. It is tried again after so long; a dead one, never by itself.
func (c *Catalog) Undelivered(ctx context.Context, l Letter, after time.Duration) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET due = $1, dead = $2, status = $3, cause = $4 WHERE webhook = $5 AND seq = $6`,
			c.steady().Add(after).UnixMilli(), l.Dead, l.Status, l.Cause, l.Webhook, l.Entry.Seq)
		return err
	})
}

// Letters lists at most limit letters of a webhook after a sequence number, those that wait or those that are dead.
func (c *Catalog) Letters(ctx context.Context, webhook string, dead bool, after int64, limit int) ([]Letter, error) {
	rows, err := c.read.QueryContext(ctx, letterColumns+` WHERE o.webhook = $1 AND o.dead = $2 AND o.seq > $3 ORDER BY o.seq LIMIT $4`, webhook, dead, after, limit)
	return c.scanLetters(rows, err)
}

// Redeliver makes a dead letter due at once, as if it had never been tried; all of a webhook where seq is 0. It returns how many.
func (c *Catalog) Redeliver(ctx context.Context, webhook string, seq int64) (int, error) {
	var n int64
	err := c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE outbox SET dead = 0, attempts = 0, due = $1 WHERE webhook = $2 AND dead = 1 AND ($3 = 0 OR seq = $3)`,
			c.steady().UnixMilli(), webhook, seq)
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	return int(n), err
}

func (c *Catalog) scanLetters(rows *sql.Rows, err error) ([]Letter, error) {
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Letter
	ahead := c.ahead()
	err = each(rows, func() error {
		var l Letter
		var due int64
		var at, item string
		e := &l.Entry
		if err := rows.Scan(&l.Webhook, &due, &l.Attempts, &l.Dead, &l.Status, &l.Cause, &e.Seq, &at, &e.By, &e.Act, &item, &e.Subject, &e.Detail); err != nil {
			return err
		}
		l.Due = time.UnixMilli(due + ahead).UTC()
		var errs [2]error
		e.At, errs[0] = unstamp(at)
		e.Item, errs[1] = pipeline.ParseDigest(item)
		out = append(out, l)
		return errors.Join(errs[:]...)
	})
	return out, err
}
