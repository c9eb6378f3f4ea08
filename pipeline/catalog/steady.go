package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Leases and due times, those of letters to webhooks too, are not on the clock of the day: where that is set forward by hours all leases would
// lapse and all letters be tried at once, and where it is set back those of the dead would hold, and letters wait, for hours. They are on the clock of the machine's boot, which is equal for all processes of the
// machine and cannot be set (CLOCK_BOOTTIME, clock_getres(2)). SQLite's write-ahead log keeps all processes of a case on one machine.

// boot names this boot of the machine and tells how long it lasts. Name "" is a machine that tells neither.
type boot struct {
	name  string
	since func() time.Duration
}

// What was left under another boot is bounded.
const (
	leaseMost  = 30 * time.Second // as long as a lease is when it is renewed
	letterMost = 29 * time.Hour   // as long as a letter waits: a day, or a fifth more
)

// setSteady sets c.steady, and bounds what was left under another boot: a due time of another clock says nothing, nor does the end of a lease.
// No lease is ended: its holder may live in a container that was told a name of its own for the boot.
func (c *Catalog) setSteady(ctx context.Context, b boot) error {
	if b.name == "" {
		c.steady = c.clock
		return nil
	}
	var name string
	var shift int64
	err := c.read.QueryRowContext(ctx, `SELECT boot, shift FROM steady`).Scan(&name, &shift)
	if errors.Is(err, sql.ErrNoRows) || err == nil && name != b.name {
		shift, err = c.newBoot(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("catalog: steady clock: %w", err)
	}
	c.steady = func() time.Time { return time.UnixMilli(shift).Add(b.since()) }
	return nil
}

// newBoot begins the steady clock anew, so that it is behind the clock of the day by as much as at the last custody entry: what lies
// between two boots is no setting of a clock that anybody saw.
func (c *Catalog) newBoot(ctx context.Context, b boot) (shift int64, err error) {
	err = c.tx(ctx, func(tx *sql.Tx) error {
		var name string
		err := tx.QueryRowContext(ctx, `SELECT boot, shift FROM steady`).Scan(&name, &shift)
		if err == nil && name == b.name {
			return nil // another process was quicker
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var ahead int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT ahead FROM ledger ORDER BY seq DESC LIMIT 1), 0)`).Scan(&ahead); err != nil {
			return err
		}
		now := c.clock().UnixMilli() - ahead
		shift = now - b.since().Milliseconds()
		if _, err := tx.ExecContext(ctx, `INSERT INTO steady (only, boot, shift) VALUES (1, $1, $2) ON CONFLICT (only) DO UPDATE SET boot = excluded.boot, shift = excluded.shift`,
			b.name, shift); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE stage SET lease_until = $1 WHERE leased = 1 AND lease_until > $1`, now+leaseMost.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE stage SET due = $1 WHERE wanted > finished AND due > $1`, now); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET due = $1 WHERE due > $1`, now+letterMost.Milliseconds())
		return err
	})
	return shift, err
}

// Steady is the time on the clock of leases and due times.
func (c *Catalog) Steady() time.Time { return c.steady() }

// ahead is how far the clock of the day is ahead of the steady one.
func (c *Catalog) ahead() int64 { return c.clock().Sub(c.steady()).Milliseconds() }
