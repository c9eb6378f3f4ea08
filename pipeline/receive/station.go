// Package receive is the first station: a stream of bytes comes in, and a sealed original, an item and
// a receipt are there.
//
// It knows folders, lists of names, tables of claims, and how to take a file without touching it or
// being led astray by it: no symbolic link is followed, no device or pipe opened, nothing is written
// beside the source, and a name is never more than a text to record. It must not know how bytes are
// kept, what a database is, what becomes of an item, or any format beyond the signatures of
// pipeline.Sniff.
//
// The source may change while it is read. That is harmless to the truth of what follows: bytes are
// copied once, and only the sealed copy counts.
package receive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"dokaz/pipeline"
)

// Vault keeps the bytes. It is safe for concurrent use.
type Vault interface {
	// Put reads r once, to its end, and returns only after the bytes are durable. After an error of r or
	// of ctx nothing is kept. ErrCorrupt says that the same bytes were kept before and have rotted.
	Put(ctx context.Context, r io.Reader) (pipeline.Sums, error)
}

// Records keeps what is known of the bytes. It is safe for concurrent use.
type Records interface {
	// Receive records in one transaction: the item if it is new, the receipt if its Key is new, the custody
	// entry of the latter, and the wish to examine the item.
	Receive(ctx context.Context, it pipeline.Item, r pipeline.Receipt) (pipeline.Received, error)
}

// Station takes candidates in. All fields but All must be set. It is safe for concurrent use.
type Station struct {
	Vault   Vault
	Records Records
	By      pipeline.Actor   // who receives
	Now     func() time.Time // the clock receipts are dated by
	All     bool             // take in what is neither media nor an archive, too
}

// Result is what became of one candidate.
type Result struct {
	Path     string            // where it lay, as in Receipt.Path; printable only after quoting
	LeftOut  *LeftOut          // why it was not taken in; then the fields below are zero
	Item     pipeline.Item     // what it is now
	Receipt  pipeline.Digest   // the Key of the receipt
	Received pipeline.Received // what of it was new
	Changed  string            // how the source changed while it was copied; "" where that was not noticed
}

// Take seals the candidate's bytes and records them. A source that cannot be read, or is neither media nor an archive while
// All is not set, is left out: that is a Result, not an error, and nothing is kept of it. An error is ours:
// of the vault, the records, this process' own means, or ctx. The bytes are durable before they are
// recorded, so that a crash between the two leaves bytes without an item, which taking them again mends.
func (s *Station) Take(ctx context.Context, c Candidate) (Result, error) {
	result, err := s.take(ctx, c)
	result.Path = Portable(c.Path)
	if err != nil {
		return Result{Path: result.Path}, fmt.Errorf("receive %q: %w", result.Path, err)
	}
	return result, nil
}

func (s *Station) take(ctx context.Context, c Candidate) (Result, error) {
	sealed, err := s.seal(ctx, c)
	if err != nil || sealed.LeftOut != nil {
		return Result{LeftOut: sealed.LeftOut}, err
	}
	return s.record(ctx, sealed, c.Claims)
}

// Sealed is a candidate whose bytes are durable and of which nothing is recorded yet.
type Sealed struct {
	LeftOut *LeftOut // why it was not sealed; then the item is zero
	Item    pipeline.Item

	path     string
	modified time.Time
	changed  string
}

// Seal is the first half of Take, for a giver whose claims come after the bytes. Results and errors are those of Take.
func (s *Station) Seal(ctx context.Context, c Candidate) (Sealed, error) {
	sealed, err := s.seal(ctx, c)
	if err != nil {
		return Sealed{}, fmt.Errorf("receive %q: %w", Portable(c.Path), err)
	}
	return sealed, nil
}

// Record is the second half of Take: it records what was sealed, with the claims given.
func (s *Station) Record(ctx context.Context, sealed Sealed, claims pipeline.Claims) (Result, error) {
	result, err := s.record(ctx, sealed, claims)
	result.Path = Portable(sealed.path)
	if err != nil {
		return Result{Path: result.Path}, fmt.Errorf("receive %q: %w", result.Path, err)
	}
	return result, nil
}

func (s *Station) seal(ctx context.Context, c Candidate) (Sealed, error) {
	if err := ctx.Err(); err != nil {
		return Sealed{}, err
	}
	if c.LeftOut != nil {
		return Sealed{LeftOut: c.LeftOut}, nil
	}
	if c.source == nil {
		return Sealed{}, errors.New("a candidate that was not found by this package")
	}
	src, err := c.source.open()
	if err != nil {
		return leaveOut(err)
	}
	defer src.Close()
	given := &given{r: src}
	head, err := readHead(given)
	if err != nil {
		return leaveOut(err)
	}
	kind, format, isWanted := Identify(path.Base(c.Path), head)
	if !isWanted && !s.All {
		return Sealed{LeftOut: notMedia(path.Base(c.Path), head)}, nil
	}
	// The head is not read again: what was judged is what is sealed.
	sums, err := s.Vault.Put(ctx, io.MultiReader(bytes.NewReader(head), given))
	if err != nil && given.err != nil && ctx.Err() == nil {
		return leaveOut(given.err)
	}
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{
		Item: pipeline.Item{Digest: sums.SHA256, SHA512: sums.SHA512, Size: sums.Size, Kind: kind, Format: format},
		path: c.Path, modified: src.modified(), changed: src.changed(sums.Size),
	}, nil
}

// record writes the receipt.
func (s *Station) record(ctx context.Context, sealed Sealed, claims pipeline.Claims) (Result, error) {
	r := pipeline.Receipt{
		Item: sealed.Item.Digest, Path: Portable(sealed.path), Claims: claims,
		At: s.Now().UTC(), By: s.By, Modified: sealed.modified,
	}
	r.Name, r.RawName = nameOf(sealed.path)
	key, err := r.Key()
	if err != nil {
		return Result{}, err
	}
	received, err := s.Records.Receive(ctx, sealed.Item, r)
	if err != nil {
		return Result{}, err
	}
	return Result{Item: sealed.Item, Receipt: key, Received: received, Changed: sealed.changed}, nil
}

// leaveOut makes a reason of an error of the source, where it is the source's and not ours.
func leaveOut(err error) (Sealed, error) {
	why, err := reasonOf(err)
	return Sealed{LeftOut: why}, err
}

// emptyReads is how many reads in a row may give neither bytes nor an error.
const emptyReads = 100

// given remembers the source's error, so that it is told from the vault's.
type given struct {
	r     io.Reader
	err   error
	empty int
}

func (g *given) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if g.empty++; n > 0 || err != nil {
		g.empty = 0
	} else if g.empty == emptyReads {
		err = io.ErrNoProgress
	}
	if err != nil && err != io.EOF { // an error that merely wraps EOF is a broken stream, not its end
		g.err = err
	}
	return n, err
}

// readHead reads as much as Sniff looks at, or all there is.
func readHead(g *given) ([]byte, error) {
	head := make([]byte, pipeline.SniffLength)
	n, _ := io.ReadFull(g, head) // its own error would not tell a short source from a broken one
	return head[:n], g.err
}
