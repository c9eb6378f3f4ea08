package api

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// The scopes. Admin reaches everywhere.
const (
	IntakeWrite  = "intake:write" // hand files over, and see what becomes of them
	ReportRead   = "report:read"  // read items, reports and events, and look things up
	MetricsRead  = "metrics:read"
	WebhookWrite = "webhook:write" // say who is told of what
	Admin        = "admin"
)

// Scopes lists all scopes.
func Scopes() []string { return []string{Admin, IntakeWrite, MetricsRead, ReportRead, WebhookWrite} }

// Bounds of a token.
const (
	maxTokenName = 100
	maxTokenLife = 10 * 366 * 24 * time.Hour
)

// NewToken makes a token and the text that its holder shows, which cannot be had again. What is no token is ErrMalformed.
func NewToken(name string, scopes []string, expires time.Time) (catalog.Token, string, error) {
	t := catalog.Token{Name: strings.TrimSpace(name), Scopes: slices.Compact(slices.Sorted(slices.Values(scopes))), Expires: expires}
	switch {
	case t.Name == "" || len(t.Name) > maxTokenName:
		return t, "", fmt.Errorf("%w: a token has a name of 1 to %d bytes, by which receipts say who gave", pipeline.ErrMalformed, maxTokenName)
	case len(t.Scopes) == 0:
		return t, "", fmt.Errorf("%w: a token has at least one scope: %s", pipeline.ErrMalformed, strings.Join(Scopes(), ", "))
	case !time.Now().Before(expires) || time.Until(expires) > maxTokenLife:
		return t, "", fmt.Errorf("%w: a token expires after now and within ten years", pipeline.ErrMalformed)
	}
	for _, s := range t.Scopes {
		if !slices.Contains(Scopes(), s) {
			return t, "", fmt.Errorf("%w: no scope is called %q: %s", pipeline.ErrMalformed, s, strings.Join(Scopes(), ", "))
		}
	}
	var id [8]byte
	var secret [32]byte
	_, _ = rand.Read(id[:]) // never fails
	_, _ = rand.Read(secret[:])
	t.ID = hex.EncodeToString(id[:])
	t.Secret = pipeline.DigestOf(secret[:])
	return t, "dkz_" + t.ID + "_" + hex.EncodeToString(secret[:]), nil
}

var tokenForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^dkz_([0-9a-f]{16})_([0-9a-f]{64})$`) })

var errNoToken = errors.New("no token")

// parseToken reads the text of a token.
func parseToken(text string) (id string, secret pipeline.Digest, err error) {
	m := tokenForm().FindStringSubmatch(text)
	if m == nil {
		return "", secret, errNoToken
	}
	b, err := hex.DecodeString(m[2])
	return m[1], pipeline.DigestOf(b), err
}

// holds reports whether a secret is the token's.
func holds(t catalog.Token, secret pipeline.Digest) bool {
	return subtle.ConstantTimeCompare(t.Secret[:], secret[:]) == 1
}

// reaches reports whether a token has one of the scopes.
func reaches(t catalog.Token, scopes []string) bool {
	return slices.Contains(t.Scopes, Admin) || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(t.Scopes, s) })
}
