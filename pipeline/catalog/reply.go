package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Reply is the answer that a token's request under a key was given, kept so that the request repeated is answered equally.
type Reply struct {
	Token   string
	Key     string
	Request pipeline.Digest // over what was asked
	Status  int
	Body    string
}

// Reply returns the answer kept, or ErrNotFound where there is none or its time is over.
func (c *Catalog) Reply(ctx context.Context, token, key string) (Reply, error) {
	r := Reply{Token: token, Key: key}
	var request string
	err := c.read.QueryRowContext(ctx, `SELECT request, status, body FROM reply WHERE token = $1 AND key = $2 AND expires > $3`, token, key, c.nowSeconds()).
		Scan(&request, &r.Status, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("reply: %w", pipeline.ErrNotFound)
	}
	if err != nil {
		return r, fmt.Errorf("catalog: %w", err)
	}
	r.Request, err = pipeline.ParseDigest(request)
	return r, err
}

// KeepReply keeps an answer for a while and forgets those whose time is over. An answer that is kept already stays.
func (c *Catalog) KeepReply(ctx context.Context, r Reply, during time.Duration) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM reply WHERE expires <= $1`, c.nowSeconds()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO reply (token, key, request, status, body, expires) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			r.Token, r.Key, r.Request.Hex(), r.Status, r.Body, stamp(c.clock().Add(during).Truncate(time.Second)))
		return err
	})
}

// nowSeconds is the time in whole seconds, whose stamps order as texts do: those with fractions do not.
func (c *Catalog) nowSeconds() string { return stamp(c.clock().Truncate(time.Second)) }
