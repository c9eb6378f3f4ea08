package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dokaz/pipeline"
)

// Upload is a file that comes in pieces.
type Upload struct {
	ID       string
	Token    string // whose it is
	Length   int64  // bytes in all
	Received int64  // bytes that are durable
	Metadata string // as the client wrote it
	Expires  time.Time
	Item     pipeline.Digest // what it became; zero before
}

const uploadColumns = `SELECT id, token, length, received, metadata, expires, item FROM upload`

// PutUpload keeps a new upload.
func (c *Catalog) PutUpload(ctx context.Context, u Upload) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO upload (id, token, length, metadata, expires) VALUES ($1, $2, $3, $4, $5)`,
			u.ID, u.Token, u.Length, u.Metadata, stamp(u.Expires.Truncate(time.Second)))
		return err
	})
}

// Upload returns an upload, expired or not, or ErrNotFound.
func (c *Catalog) Upload(ctx context.Context, id string) (Upload, error) {
	us, err := c.uploads(ctx, uploadColumns+` WHERE id = $1`, id)
	if err == nil && len(us) == 0 {
		err = fmt.Errorf("upload %q: %w", id, pipeline.ErrNotFound)
	}
	if err != nil {
		return Upload{}, err
	}
	return us[0], nil
}

// ExpiredUploads lists uploads whose time is over.
func (c *Catalog) ExpiredUploads(ctx context.Context) ([]Upload, error) {
	return c.uploads(ctx, uploadColumns+` WHERE expires <= $1`, c.nowSeconds())
}

// OpenUploads counts uploads that are no items yet, and the bytes that they are still to bring.
func (c *Catalog) OpenUploads(ctx context.Context) (n int, left int64, err error) {
	err = c.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(length - received), 0) FROM upload WHERE item = ''`).Scan(&n, &left)
	if err != nil {
		err = fmt.Errorf("catalog: %w", err)
	}
	return n, left, err
}

func (c *Catalog) uploads(ctx context.Context, query string, args ...any) ([]Upload, error) {
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Upload
	err = each(rows, func() error {
		var u Upload
		var expires, item string
		if err := rows.Scan(&u.ID, &u.Token, &u.Length, &u.Received, &u.Metadata, &expires, &item); err != nil {
			return err
		}
		var errs [2]error
		u.Expires, errs[0] = unstamp(expires)
		if item != "" {
			u.Item, errs[1] = pipeline.ParseDigest(item)
		}
		out = append(out, u)
		return errors.Join(errs[:]...)
	})
	return out, err
}

// AdvanceUpload acknowledges bytes that are durable: from what u.Received was to a new count, and until when it is kept. ErrSuperseded
// says that somebody else advanced, ended or removed it.
func (c *Catalog) AdvanceUpload(ctx context.Context, u Upload, received int64, expires time.Time) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE upload SET received = $1, expires = $2 WHERE id = $3 AND received = $4 AND item = ''`,
			received, stamp(expires.Truncate(time.Second)), u.ID, u.Received)
		if err == nil && !changed(r) {
			err = fmt.Errorf("%w: upload %s", pipeline.ErrSuperseded, u.ID)
		}
		return err
	})
}

// FinishUpload records what an upload became.
func (c *Catalog) FinishUpload(ctx context.Context, id string, item pipeline.Digest) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE upload SET item = $1 WHERE id = $2`, item.Hex(), id)
		return err
	})
}

// RemoveUpload forgets an upload.
func (c *Catalog) RemoveUpload(ctx context.Context, id string) error {
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM upload WHERE id = $1`, id)
		return err
	})
}
