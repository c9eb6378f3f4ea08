// Package vaulttest is what every vault promises, as tests. A new shelf runs it with a few lines:
//
//	func TestShelf(t *testing.T) {
//		vaulttest.Run(t, func(t *testing.T) (vaulttest.Vault, vaulttest.Spoil) { … })
//	}
//
// It knows the promises only. It must not know folders, file names or any one shelf.
package vaulttest

import (
	"bytes"
	"context"
	"crypto/sha512"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// Vault keeps sealed bytes. What was put stays readable, byte for byte, until the machine is gone.
type Vault interface {
	// Put reads r once, to its end, and returns only after the bytes are durable. Equal bytes may be put
	// any number of times, also at once; exactly one of those calls says New. Where the kept bytes have
	// rotted, putting them again fails with ErrCorrupt and repairs nothing. After an error of r, or of a
	// cancelled ctx, both of which are in the returned error's chain, nothing is kept of r.
	Put(ctx context.Context, r io.Reader) (pipeline.Sums, error)
	// Open returns the bytes with digest g unverified, or fails with ErrNotFound.
	Open(ctx context.Context, g pipeline.Digest) (pipeline.Original, error)
	// OpenVerified hashes the bytes before it returns them and fails with ErrCorrupt where they are not those that were put.
	OpenVerified(ctx context.Context, g pipeline.Digest) (pipeline.Original, error)
	// Verify is OpenVerified without opening.
	Verify(ctx context.Context, g pipeline.Digest) error
	// List gives every digest that is kept, once, in ascending order.
	List(ctx context.Context) iter.Seq2[pipeline.Digest, error]
}

// Spoil changes one kept byte behind the vault's back: the byte at offset of the bytes with digest g.
type Spoil func(t *testing.T, g pipeline.Digest, offset int64)

// Run runs the suite. Each test asks open for an empty vault of its own; open cleans up with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) (Vault, Spoil)) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, v Vault, spoil Spoil)
	}{
		{"put bytes come back equal", putBytesComeBack},
		{"digests are those FIPS 180-4 gives", digestsArePublished},
		{"equal bytes are kept once", equalBytesOnce},
		{"equal bytes put at once are new once", equalBytesAtOnce},
		{"different bytes put at once are all kept", differentBytesAtOnce},
		{"readers of every manner are read whole", mannersOfReaders},
		{"a reader that fails leaves nothing", failingReaders},
		{"a cancelled put leaves nothing", cancelledPuts},
		{"what was never put is not found", notFound},
		{"one changed byte is detected", changedByte},
		{"putting over rotten bytes fails", putOverRotten},
		{"an original keeps the contract of ReaderAt", readerAt},
		{"the list is whole and ascending", listing},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, spoil := open(t)
			c.test(t, v, spoil)
		})
	}
}

// noise returns n bytes that depend on seed only.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// sums is what putting b must return.
func sums(b []byte, isNew bool) pipeline.Sums {
	return pipeline.Sums{
		SHA256: pipeline.DigestOf(b), SHA512: sha512.Sum512(b), Size: int64(len(b)), New: isNew,
		Head: slices.Clone(b[:min(len(b), pipeline.SniffLength)]),
	}
}

// put puts b and fails the test where that fails or returns other sums.
func put(t *testing.T, v Vault, b []byte, isNew bool) pipeline.Digest {
	t.Helper()
	got, err := v.Put(t.Context(), bytes.NewReader(b))
	if err != nil {
		t.Fatalf("put %d bytes: %v", len(b), err)
	}
	if diff := cmp.Diff(sums(b, isNew), got, emptyHead); diff != "" {
		t.Fatalf("put %d bytes (-want +got):\n%s", len(b), diff)
	}
	return got.SHA256
}

// emptyHead lets a nil head equal an empty one.
var emptyHead = cmp.Transformer("head", func(b []byte) string { return string(b) })

// holds fails the test unless v keeps exactly the given bytes and each opens and verifies.
func holds(t *testing.T, v Vault, want ...[]byte) {
	t.Helper()
	var digests []pipeline.Digest
	for _, b := range want {
		g := pipeline.DigestOf(b)
		digests = append(digests, g)
		for how, open := range map[string]func(context.Context, pipeline.Digest) (pipeline.Original, error){"Open": v.Open, "OpenVerified": v.OpenVerified} {
			o, err := open(t.Context(), g)
			if err != nil {
				t.Errorf("%s: %v", how, err)
				continue
			}
			if got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size())); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%s gave %d bytes and %v; want the %d bytes that were put", how, len(got), err, len(b))
			}
			if err := o.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		if err := v.Verify(t.Context(), g); err != nil {
			t.Errorf("verify: %v", err)
		}
	}
	slices.SortFunc(digests, pipeline.Digest.Compare)
	if diff := cmp.Diff(digests, list(t, v)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func list(t *testing.T, v Vault) []pipeline.Digest {
	t.Helper()
	var out []pipeline.Digest
	for g, err := range v.List(t.Context()) {
		if err != nil {
			t.Errorf("list: %v", err)
		}
		out = append(out, g)
	}
	return out
}

// wants fails the test unless err has want in its chain.
func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}
