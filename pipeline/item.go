package pipeline

import (
	"io"
	"time"
)

// Kind is the broad nature of an item, which decides who examines it.
type Kind string

// The kinds.
const (
	Photo Kind = "photo"
	Video Kind = "video"
	Audio Kind = "audio"
	Other Kind = "other"
)

// Item is one sealed original, identified by the digest of its bytes.
type Item struct {
	Digest Digest    `json:"sha256"`
	SHA512 Digest512 `json:"sha512"`
	Size   int64     `json:"size"`   // bytes
	Kind   Kind      `json:"kind"`   // by content; Other where content tells nothing, whatever the extension claims
	Format string    `json:"format"` // name in the table of Formats; "" where no signature is known
}

// Original gives the sealed bytes of an item. Reading fails with ErrCorrupt where the shelf can tell
// that a byte differs from what was put.
type Original interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Actor names who did something: a person, or a program with its version.
type Actor string

// Claims are what the giver says of a file. Nothing here is checked; every value is hostile text.
type Claims struct {
	Source       string            `json:"source,omitempty"`
	URL          string            `json:"url,omitempty"`
	ClaimedTime  string            `json:"claimed_time,omitempty"`
	ClaimedPlace string            `json:"claimed_place,omitempty"`
	Latitude     string            `json:"lat,omitempty"`
	Longitude    string            `json:"lon,omitempty"`
	Collector    string            `json:"collector,omitempty"`
	Consent      string            `json:"consent,omitempty"`
	Notes        string            `json:"notes,omitempty"`
	Other        map[string]string `json:"other,omitempty"` // columns of the manifest that have no field here
}

// Receipt is one act of receiving. The same bytes may be received many times: one item, many receipts.
// Two receipts are the same act when Key is equal.
type Receipt struct {
	Item     Digest    `json:"item"`
	Name     string    `json:"name"`               // the file's own name as given; not valid UTF-8 is kept with U+FFFD and RawName set
	RawName  []byte    `json:"raw_name,omitempty"` // the name's bytes where they are not valid UTF-8
	Path     string    `json:"path"`               // where it lay, relative to what the user named
	Claims   Claims    `json:"claims"`
	At       time.Time `json:"at"`                // when we received it (issue only, never part of a report's core)
	By       Actor     `json:"by"`                // issue only
	Modified time.Time `json:"modified,omitzero"` // the source file's modification time (issue only)
}

// Key identifies the act of receiving: the digest of item, path and claims in canonical JSON.
// The time of receiving is not part of it, so that an interrupted run that is repeated adds no second receipt.
func (r Receipt) Key() (Digest, error) {
	b, err := Canonical(struct {
		Item   Digest `json:"item"`
		Path   string `json:"path"`
		Raw    []byte `json:"raw"`
		Claims Claims `json:"claims"`
	}{r.Item, r.Path, r.RawName, r.Claims})
	if err != nil {
		return Digest{}, err
	}
	return DigestOf(b), nil
}
