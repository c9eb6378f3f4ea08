package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dokaz/pipeline"
)

// Webhook is an address that is told of custody entries.
type Webhook struct {
	ID         string
	URL        string
	Acts       []pipeline.Act // of the entries it is told; none is all
	Secret     string
	Prior      string    // the secret before, which signs too until PriorUntil
	PriorUntil time.Time //
	Version    int       // raised by each change
	Created    time.Time
	Disabled   string // why nothing is sent; "" while it is
}

const webhookColumns = `SELECT id, url, acts, secret, prior, prior_until, version, created, disabled FROM webhook`

// PutWebhook keeps a new webhook; Version and Created are the catalog's. It is told of entries from now on.
func (c *Catalog) PutWebhook(ctx context.Context, w Webhook) (Webhook, error) {
	w.Version, w.Created = 1, c.clock().UTC().Truncate(time.Second)
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO webhook (id, url, acts, secret, created) VALUES ($1, $2, $3, $4, $5)`,
			w.ID, w.URL, joinActs(w.Acts), w.Secret, stamp(w.Created))
		return err
	})
	return w, err
}

// Webhook returns a webhook or ErrNotFound.
func (c *Catalog) Webhook(ctx context.Context, id string) (Webhook, error) {
	ws, err := c.webhooks(ctx, webhookColumns+` WHERE id = $1`, id)
	if err == nil && len(ws) == 0 {
		err = fmt.Errorf("webhook %q: %w", id, pipeline.ErrNotFound)
	}
	if err != nil {
		return Webhook{}, err
	}
	return ws[0], nil
}

// Webhooks lists all webhooks, oldest first.
func (c *Catalog) Webhooks(ctx context.Context) ([]Webhook, error) {
	return c.webhooks(ctx, webhookColumns+` ORDER BY created, id`)
}

func (c *Catalog) webhooks(ctx context.Context, query string, args ...any) ([]Webhook, error) {
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Webhook
	err = each(rows, func() error {
		var w Webhook
		var acts, until, created string
		if err := rows.Scan(&w.ID, &w.URL, &acts, &w.Secret, &w.Prior, &until, &w.Version, &created, &w.Disabled); err != nil {
			return err
		}
		for _, a := range strings.Fields(acts) {
			w.Acts = append(w.Acts, pipeline.Act(a))
		}
		var errs [2]error
		w.PriorUntil, errs[0] = unstamp(until)
		w.Created, errs[1] = unstamp(created)
		out = append(out, w)
		return errors.Join(errs[:]...)
	})
	return out, err
}

func joinActs(acts []pipeline.Act) string {
	out := " "
	for _, a := range acts {
		out += string(a) + " "
	}
	return out
}

// ChangeWebhook replaces all of a webhook but its id and time, if its version is still w's, and raises that. ErrSuperseded
// says that somebody else changed or removed it.
func (c *Catalog) ChangeWebhook(ctx context.Context, w Webhook) (Webhook, error) {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `
			UPDATE webhook SET url = $1, acts = $2, secret = $3, prior = $4, prior_until = $5, disabled = $6, version = version + 1
			WHERE id = $7 AND version = $8`,
			w.URL, joinActs(w.Acts), w.Secret, w.Prior, stamp(w.PriorUntil), w.Disabled, w.ID, w.Version)
		return superseded(r, err, w)
	})
	w.Version++
	return w, err
}

// RemoveWebhook removes a webhook with all that it was still to be told, if its version is still w's.
func (c *Catalog) RemoveWebhook(ctx context.Context, w Webhook) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM webhook WHERE id = $1 AND version = $2`, w.ID, w.Version)
		return superseded(r, err, w)
	})
}

func superseded(r sql.Result, err error, w Webhook) error {
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if !changed(r) {
		return fmt.Errorf("%w: webhook %s is no longer version %d", pipeline.ErrSuperseded, w.ID, w.Version)
	}
	return nil
}

// DisableWebhook stops sending to a webhook, whatever its version. What waits for it is dead.
func (c *Catalog) DisableWebhook(ctx context.Context, id, why string) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE webhook SET disabled = $1, version = version + 1 WHERE id = $2 AND disabled = ''`, why, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET dead = 1, cause = $1 WHERE webhook = $2 AND dead = 0`, why, id)
		return err
	})
}
