package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/iotest"

	"dokaz/pipeline"
)

func putBytesComeBack(t *testing.T, v Vault, _ Spoil) {
	var all [][]byte
	for i, n := range []int{0, 1, pipeline.SniffLength - 1, pipeline.SniffLength, pipeline.SniffLength + 1, 3<<20 + 7} {
		b := noise(byte(i), n)
		put(t, v, b, true)
		all = append(all, b)
	}
	holds(t, v, all...)
}

func digestsArePublished(t *testing.T, v Vault, _ Spoil) {
	// NIST's example values for SHA-256 and SHA-512 of "abc", and of no bytes at all.
	for text, want := range map[string][2]string{
		"abc": {
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		},
		"": {
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
		},
	} {
		got, err := v.Put(t.Context(), bytes.NewReader([]byte(text)))
		if err != nil || got.SHA256.Hex() != want[0] || got.SHA512.String() != want[1] {
			t.Errorf("%q: got %s and %s, %v", text, got.SHA256.Hex(), got.SHA512, err)
		}
	}
}

func equalBytesOnce(t *testing.T, v Vault, _ Spoil) {
	for i, b := range [][]byte{noise(1, 100_000), nil} {
		put(t, v, b, true)
		put(t, v, b, false)
		put(t, v, b, false)
		if got := len(list(t, v)); got != i+1 {
			t.Errorf("%d blobs are listed, want %d", got, i+1)
		}
	}
}

// together gives its bytes and holds back their end until all the others have come as far.
type together struct {
	io.Reader
	others *sync.WaitGroup
	told   bool
}

func (r *together) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !r.told {
		r.told = true
		r.others.Done()
		r.others.Wait()
	}
	return n, err
}

func equalBytesAtOnce(t *testing.T, v Vault, _ Spoil) {
	b := noise(1, 1<<20)
	const puts = 12
	isNew := make(chan bool, puts)
	var all, ends sync.WaitGroup
	ends.Add(puts)
	for range puts {
		all.Go(func() {
			got, err := v.Put(t.Context(), &together{Reader: bytes.NewReader(b), others: &ends})
			if err != nil {
				t.Errorf("put: %v", err)
			}
			// Whoever is told that the bytes are safe finds them so at once.
			if err := v.Verify(t.Context(), got.SHA256); err != nil {
				t.Errorf("verify after put: %v", err)
			}
			isNew <- got.New
		})
	}
	all.Wait()
	close(isNew)
	news := 0
	for n := range isNew {
		if n {
			news++
		}
	}
	if news != 1 {
		t.Errorf("%d of %d equal puts were new, want 1", news, puts)
	}
	holds(t, v, b)
}

func differentBytesAtOnce(t *testing.T, v Vault, _ Spoil) {
	var blobs [][]byte
	for i := range 24 {
		blobs = append(blobs, noise(byte(i), 10_000+i))
	}
	var all sync.WaitGroup
	for _, b := range blobs {
		all.Go(func() {
			if _, err := v.Put(t.Context(), bytes.NewReader(b)); err != nil {
				t.Errorf("put: %v", err)
			}
		})
	}
	all.Wait()
	holds(t, v, blobs...)
}

// hesitant gives neither bytes nor an error on every second read, as io.Reader allows.
type hesitant struct {
	r    io.Reader
	wait bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.wait = !h.wait; h.wait {
		return 0, nil
	}
	return h.r.Read(p)
}

func mannersOfReaders(t *testing.T, v Vault, _ Spoil) {
	var all [][]byte
	for i, manner := range []func(io.Reader) io.Reader{
		iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader,
		func(r io.Reader) io.Reader { return &hesitant{r: r} },
	} {
		b := noise(byte(i), 2*pipeline.SniffLength+i)
		got, err := v.Put(t.Context(), manner(bytes.NewReader(b)))
		if err != nil || got.SHA256 != pipeline.DigestOf(b) || !bytes.Equal(got.Head, b[:pipeline.SniffLength]) {
			t.Errorf("manner %d: %v, %v", i, got.SHA256, err)
		}
		all = append(all, b)
	}
	holds(t, v, all...)
}

// stuck never gives anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func failingReaders(t *testing.T, v Vault, _ Spoil) {
	broken := errors.New("the cable was pulled")
	half := func() io.Reader { return bytes.NewReader(noise(1, 1<<20)) }
	for name, c := range map[string]struct {
		r    io.Reader
		want error
	}{
		"at once":               {iotest.ErrReader(broken), broken},
		"half way":              {io.MultiReader(half(), iotest.ErrReader(broken)), broken},
		"with bytes":            {iotest.DataErrReader(io.MultiReader(half(), iotest.ErrReader(broken))), broken},
		"unexpected end":        {io.MultiReader(half(), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		"an error that has EOF": {io.MultiReader(half(), iotest.ErrReader(errors.Join(broken, io.EOF))), broken},
		"stuck":                 {io.MultiReader(half(), stuck{}), io.ErrNoProgress},
	} {
		got, err := v.Put(t.Context(), c.r)
		wants(t, name, err, c.want)
		if !got.SHA256.IsZero() {
			t.Errorf("%s: failed, yet named %s", name, got.SHA256)
		}
	}
	holds(t, v)
	b := noise(1, 1<<20)
	put(t, v, b, true)
	holds(t, v, b)
}

// cancelling cancels once it has given its bytes, and then goes on giving.
type cancelling struct {
	first  io.Reader
	cancel context.CancelFunc
	after  io.Reader
}

func (c *cancelling) Read(p []byte) (int, error) {
	n, err := c.first.Read(p)
	if err == io.EOF {
		c.cancel()
		return c.after.Read(p)
	}
	return n, err
}

func cancelledPuts(t *testing.T, v Vault, _ Spoil) {
	b := noise(1, 1<<20)
	for name, before := range map[string]int{"before the first byte": 0, "half way": len(b) / 2, "at the last byte": len(b)} {
		ctx, cancel := context.WithCancel(t.Context())
		if before == 0 {
			cancel()
		}
		_, err := v.Put(ctx, &cancelling{bytes.NewReader(b[:before]), cancel, bytes.NewReader(b[before:])})
		wants(t, name, err, context.Canceled)
		cancel()
	}
	holds(t, v)
	put(t, v, b, true)
	holds(t, v, b)
}

func notFound(t *testing.T, v Vault, _ Spoil) {
	put(t, v, []byte("something"), true)
	for _, g := range []pipeline.Digest{{}, pipeline.DigestOf([]byte("nothing")), {0: 1}} {
		_, err := v.Open(t.Context(), g)
		wants(t, "Open", err, pipeline.ErrNotFound)
		_, err = v.OpenVerified(t.Context(), g)
		wants(t, "OpenVerified", err, pipeline.ErrNotFound)
		wants(t, "Verify", v.Verify(t.Context(), g), pipeline.ErrNotFound)
	}
}

func changedByte(t *testing.T, v Vault, spoil Spoil) {
	for i, c := range []struct{ length, at int }{{10, 0}, {10, 9}, {1 << 20, 0}, {1 << 20, 1 << 19}, {1 << 20, 1<<20 - 1}} {
		g := put(t, v, noise(byte(i), c.length), true)
		spoil(t, g, int64(c.at))
		wants(t, "Verify", v.Verify(t.Context(), g), pipeline.ErrCorrupt)
		_, err := v.OpenVerified(t.Context(), g)
		wants(t, "OpenVerified", err, pipeline.ErrCorrupt)
	}
}

func putOverRotten(t *testing.T, v Vault, spoil Spoil) {
	b := noise(1, 10_000)
	g := put(t, v, b, true)
	spoil(t, g, 5_000)
	_, err := v.Put(t.Context(), bytes.NewReader(b))
	wants(t, "put", err, pipeline.ErrCorrupt)
	wants(t, "verify", v.Verify(t.Context(), g), pipeline.ErrCorrupt)
	if got := len(list(t, v)); got != 1 {
		t.Errorf("%d blobs are listed, want the rotten one", got)
	}
}

func readerAt(t *testing.T, v Vault, _ Spoil) {
	b := noise(1, 100_000)
	o, err := v.Open(t.Context(), put(t, v, b, true))
	if err != nil {
		t.Fatal(err)
	}
	if o.Size() != int64(len(b)) {
		t.Errorf("size %d, want %d", o.Size(), len(b))
	}
	if err := iotest.TestReader(io.NewSectionReader(o, 0, o.Size()), b); err != nil {
		t.Error(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			p := make([]byte, 1000)
			if n, err := o.ReadAt(p, int64(i*1000)); err != nil || !bytes.Equal(p[:n], b[i*1000:(i+1)*1000]) {
				t.Errorf("read at %d: %d bytes, %v", i*1000, n, err)
			}
		})
	}
	all.Wait()
	for _, c := range []struct {
		off, length, want int64
		eof               bool
	}{{99_990, 10, 10, false}, {99_990, 11, 10, true}, {100_000, 1, 0, true}, {1 << 62, 5, 0, true}} {
		n, err := o.ReadAt(make([]byte, c.length), c.off)
		if int64(n) != c.want || (err != nil && c.eof != errors.Is(err, io.EOF)) || (err == nil && c.eof) {
			t.Errorf("%d bytes at %d: got %d, %v; want %d", c.length, c.off, n, err, c.want)
		}
	}
	if _, err := o.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("a byte before the first was read")
	}
	if err := o.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func listing(t *testing.T, v Vault, _ Spoil) {
	holds(t, v)
	var all [][]byte
	for i := range 20 {
		all = append(all, noise(byte(i), i))
		put(t, v, all[i], true)
	}
	holds(t, v, all...)
	seen := 0
	for _, err := range v.List(t.Context()) {
		wants(t, "list", err, nil)
		if seen++; seen == 3 {
			break // stopping early is no fault
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range v.List(ctx) {
		last = err
	}
	wants(t, "list", last, context.Canceled)
}
