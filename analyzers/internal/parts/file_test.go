package parts

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// counting counts the readings of a file of which bytes from bad on cannot be read.
type counting struct {
	io.ReaderAt
	bad   int64
	times int
}

var errBad = errors.New("bad place")

func (c *counting) ReadAt(b []byte, at int64) (int, error) {
	c.times++
	if at+int64(len(b)) <= c.bad {
		return c.ReaderAt.ReadAt(b, at)
	}
	n, _ := c.ReaderAt.ReadAt(b[:max(0, min(int64(len(b)), c.bad-at))], at)
	return n, errBad
}

func TestFileReadsAsItsOriginal(t *testing.T) {
	t.Parallel()
	raw := make([]byte, 3*pageSize*pages/2+77)
	random := rand.NewChaCha8([32]byte{1})
	if _, err := random.Read(raw); err != nil {
		t.Fatal(err)
	}
	of := &counting{ReaderAt: bytes.NewReader(raw), bad: int64(len(raw))}
	f := Open(t.Context(), of, int64(len(raw)))
	defer f.Done()
	r := rand.New(random)
	for range 20_000 {
		at, n := r.Int64N(int64(len(raw))+100)-50, r.Int64N(2*pageSize)
		if r.IntN(2) == 0 {
			n %= 40
		}
		got, want := make([]byte, n), make([]byte, n)
		n1, err1 := f.ReadAt(got, at)
		n2, err2 := bytes.NewReader(raw).ReadAt(want, at)
		if n1 != n2 || (err1 == nil) != (err2 == nil) || !bytes.Equal(got[:n1], want[:n2]) {
			t.Fatalf("%d bytes at %d: %d, %v; the file %d, %v", n, at, n1, err1, n2, err2)
		}
	}
}

func TestFileReadsAPageOnce(t *testing.T) {
	t.Parallel()
	raw := make([]byte, pageSize*pages)
	of := &counting{ReaderAt: bytes.NewReader(raw), bad: int64(len(raw))}
	f := Open(t.Context(), of, int64(len(raw)))
	defer f.Done()
	for range 3 {
		for at := int64(0); at+10 <= int64(len(raw)); at += 10 {
			if _, err := f.ReadAt(make([]byte, 10), at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if of.times != pages {
		t.Errorf("%d readings of %d pages", of.times, pages)
	}
}

func TestFileTellsOfBadPlacesWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	raw := make([]byte, 2*pageSize)
	f := Open(t.Context(), &counting{ReaderAt: bytes.NewReader(raw), bad: 100}, int64(len(raw)))
	defer f.Done()
	if n, err := f.ReadAt(make([]byte, 100), 0); n != 100 || err != nil {
		t.Errorf("before the bad place: %d, %v", n, err)
	}
	if n, err := f.ReadAt(make([]byte, 20), 90); n != 10 || !errors.Is(err, errBad) {
		t.Errorf("across it: %d, %v", n, err)
	}
}

func TestFileEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f := Open(ctx, bytes.NewReader(make([]byte, 10)), 10)
	defer f.Done()
	cancel()
	if _, err := f.ReadAt(make([]byte, 1), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
