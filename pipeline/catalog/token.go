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

// Token is the right to speak to a door of the case, without its secret.
type Token struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Secret  pipeline.Digest `json:"-"` // SHA-256 of the secret
	Scopes  []string        `json:"scopes"`
	Created time.Time       `json:"created"`
	Expires time.Time       `json:"expires"`
	Revoked time.Time       `json:"revoked,omitzero"`
	Used    time.Time       `json:"used,omitzero"` // to the minute
}

// Valid reports whether a token may be used at a time.
func (t Token) Valid(at time.Time) bool { return t.Revoked.IsZero() && at.Before(t.Expires) }

// PutToken keeps a new token. Created is the catalog's time.
func (c *Catalog) PutToken(ctx context.Context, t Token) (Token, error) {
	t.Created = c.clock().UTC().Truncate(time.Second)
	t.Expires = t.Expires.UTC().Truncate(time.Second)
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO token (id, name, secret, scopes, created, expires) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.ID, t.Name, t.Secret.Hex(), strings.Join(t.Scopes, " "), stamp(t.Created), stamp(t.Expires))
		return err
	})
	return t, err
}

const tokenColumns = `SELECT id, name, secret, scopes, created, expires, revoked, used FROM token`

// Token returns a token, be it valid or not, or ErrNotFound.
func (c *Catalog) Token(ctx context.Context, id string) (Token, error) {
	ts, err := c.tokens(ctx, tokenColumns+` WHERE id = $1`, id)
	if err == nil && len(ts) == 0 {
		err = fmt.Errorf("token %q: %w", id, pipeline.ErrNotFound)
	}
	if err != nil {
		return Token{}, err
	}
	return ts[0], nil
}

// Tokens lists all tokens, oldest first, revoked and expired ones too.
func (c *Catalog) Tokens(ctx context.Context) ([]Token, error) {
	return c.tokens(ctx, tokenColumns+` ORDER BY created, id`)
}

func (c *Catalog) tokens(ctx context.Context, query string, args ...any) ([]Token, error) {
	rows, err := c.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	var out []Token
	err = each(rows, func() error {
		var t Token
		var secret, scopes string
		var at [4]string
		if err := rows.Scan(&t.ID, &t.Name, &secret, &scopes, &at[0], &at[1], &at[2], &at[3]); err != nil {
			return err
		}
		var errs [5]error
		t.Secret, errs[0] = pipeline.ParseDigest(secret)
		t.Scopes = strings.Fields(scopes)
		for i, to := range []*time.Time{&t.Created, &t.Expires, &t.Revoked, &t.Used} {
			*to, errs[1+i] = unstamp(at[i])
		}
		out = append(out, t)
		return errors.Join(errs[:]...)
	})
	return out, err
}

// RevokeToken ends a token for ever. Revoking again changes nothing; an unknown one is ErrNotFound.
func (c *Catalog) RevokeToken(ctx context.Context, id string) error {
	if _, err := c.Token(ctx, id); err != nil {
		return err
	}
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE token SET revoked = $1 WHERE id = $2 AND revoked = ''`, stamp(c.clock().Truncate(time.Second)), id)
		return err
	})
}

// TokenUsed notes that a token was used, at most once a minute.
func (c *Catalog) TokenUsed(ctx context.Context, t Token) error {
	now := c.clock().UTC().Truncate(time.Minute)
	if t.Used.Equal(now) {
		return nil
	}
	return c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE token SET used = $1 WHERE id = $2`, stamp(now), t.ID)
		return err
	})
}
