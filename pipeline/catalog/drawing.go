package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dokaz/pipeline"
)

// Drawing is a drawing of a match that was made before.
type Drawing struct {
	Digest    pipeline.Digest // of its bytes, which lie among the derivatives
	MediaType string
	Shows     string
}

// Drawn returns the drawing kept under a key, a digest over all that it depends on, or ErrNotFound.
func (c *Catalog) Drawn(ctx context.Context, key pipeline.Digest) (Drawing, error) {
	var d Drawing
	var digest string
	err := c.read.QueryRowContext(ctx, `SELECT digest, media_type, shows FROM drawing WHERE key = $1`, key.Hex()).Scan(&digest, &d.MediaType, &d.Shows)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fmt.Errorf("drawing %s: %w", key, pipeline.ErrNotFound)
	}
	if err != nil {
		return d, fmt.Errorf("catalog: %w", err)
	}
	d.Digest, err = pipeline.ParseDigest(digest)
	return d, err
}

// Draw keeps a drawing under a key. Its bytes must lie among the derivatives already.
func (c *Catalog) Draw(ctx context.Context, key pipeline.Digest, d Drawing) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO drawing (key, digest, media_type, shows) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, media_type = excluded.media_type, shows = excluded.shows`,
			key.Hex(), d.Digest.Hex(), d.MediaType, d.Shows)
		return err
	})
}
