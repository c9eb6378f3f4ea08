// Package webhook tells other programs of what comes about, by the Standard Webhooks specification: signed, tried for days, never to an
// address that the configuration does not allow.
//
// It knows HTTP as a client, signatures, addresses and patience. It must not know what an entry says nor how the outbox is kept.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dokaz/pipeline"
)

// secretPrefix begins the text of a secret (specification, "Signature scheme").
const secretPrefix = "whsec_"

// Bounds of a secret, bytes.
const (
	secretSize = 32
	minSecret  = 24
	maxSecret  = 64
)

// NewSecret makes the text of a new secret.
func NewSecret() string {
	var b [secretSize]byte
	_, _ = rand.Read(b[:]) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

// Sign returns the signature of one attempt to deliver a message: "v1," and the HMAC-SHA256 of id, time and payload in base64. A
// secret that is none is ErrMalformed.
func Sign(secret, id string, at time.Time, payload []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) < minSecret || len(key) > maxSecret {
		return "", fmt.Errorf("%w: a webhook's secret is %s and the base64 of %d to %d bytes", pipeline.ErrMalformed, secretPrefix, minSecret, maxSecret)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(payload)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
