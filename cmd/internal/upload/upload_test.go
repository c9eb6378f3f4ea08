package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"pgregory.net/rapid"
)

func open(t testing.TB) *Store {
	t.Helper()
	c, err := catalog.Open(context.Background(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Store{Dir: filepath.Join(t.TempDir(), "uploads"), Records: c, Clock: time.Now}
}

const id = "0123456789abcdef"

var errBroken = errors.New("the line broke")

// TestPiecesMakeTheFile sends a file in pieces that break, lie, come twice or too late, over a store whose file may have grown behind what
// was acknowledged, as after a crash. What is acknowledged is always the beginning of the file, and in the end all of it.
func TestPiecesMakeTheFile(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		ctx := context.Background()
		file := rapid.SliceOfN(rapid.Byte(), 1, 3000).Draw(t, "file")
		u, err := s.Create(ctx, catalog.Upload{ID: fmt.Sprintf("%016x", n), Token: "t", Length: int64(len(file))})
		if err != nil {
			t.Fatal(err)
		}
		for u.Received < u.Length {
			u = attempt(t, s, u, file)
		}
		got := sha256.New()
		if _, err := s.Finish(ctx, u.ID, func(r io.Reader) (pipeline.Digest, error) {
			_, err := io.Copy(got, r)
			return pipeline.Digest(got.Sum(nil)), err
		}); err != nil {
			t.Fatal(err)
		}
		if want := sha256.Sum256(file); !bytes.Equal(got.Sum(nil), want[:]) {
			t.Fatal("the file is another")
		}
	})
}

// attempt sends one piece in one of the ways and returns how the upload stands, which never goes back.
func attempt(t *rapid.T, s *Store, u catalog.Upload, file []byte) catalog.Upload {
	ctx := context.Background()
	if rapid.Bool().Draw(t, "crashed") {
		f, err := os.OpenFile(s.path(u.ID), os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = f.WriteString("never acknowledged")
		}
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	rest := file[u.Received:]
	piece := rest[:rapid.IntRange(0, len(rest)).Draw(t, "length")]
	offset, sum, reader := u.Received, (*Checksum)(nil), io.Reader(bytes.NewReader(piece))
	want := u.Received + int64(len(piece))
	switch rapid.IntRange(0, 4).Draw(t, "way") {
	case 1: // elsewhere
		offset, want = offset+1, u.Received
	case 2: // breaks off: what came counts
		reader = io.MultiReader(reader, iotest.ErrReader(errBroken))
	case 3: // breaks off with a checksum: nothing counts
		sum, want = &Checksum{sha256.New(), []byte("x")}, u.Received
		reader = io.MultiReader(reader, iotest.ErrReader(errBroken))
	case 4: // another checksum: nothing counts
		sum, want = &Checksum{sha256.New(), []byte("x")}, u.Received
	}
	if _, err := s.Append(ctx, u.ID, offset, reader, sum); err != nil && !errors.Is(err, errBroken) && !errors.Is(err, ErrOffset) && !errors.Is(err, ErrChecksum) {
		t.Fatal(err)
	}
	after, err := s.Find(ctx, u.ID)
	if err != nil || after.Received != want {
		t.Fatalf("it stands at %d, want %d, %v", after.Received, want, err)
	}
	return after
}

func TestOneWritesAtATime(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	if _, err := s.Create(ctx, catalog.Upload{ID: id, Length: 10}); err != nil {
		t.Fatal(err)
	}
	slow, into := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := s.Append(ctx, id, 0, slow, nil)
		ended <- err
	}()
	if _, err := into.Write([]byte("01234")); err != nil { // it holds the file now
		t.Fatal(err)
	}
	if _, err := s.Append(ctx, id, 0, strings.NewReader("x"), nil); !errors.Is(err, pipeline.ErrBusy) {
		t.Errorf("a second piece: %v", err)
	}
	if err := s.Remove(ctx, id); !errors.Is(err, pipeline.ErrBusy) {
		t.Errorf("removing: %v", err)
	}
	if err := errors.Join(into.Close(), <-ended); err != nil {
		t.Error(err)
	}
	if u, err := s.Append(ctx, id, 5, strings.NewReader("567890"), nil); !errors.Is(err, ErrTooMuch) || u.Received != 5 {
		t.Errorf("a byte too many: %v, it stands at %d", err, u.Received)
	}
	if err := s.Remove(ctx, id); err != nil {
		t.Error(err)
	}
	if _, err := s.Find(ctx, id); !errors.Is(err, pipeline.ErrNotFound) {
		t.Error(err)
	}
}

func TestWhatFailsToBecomeAnItemStays(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	if _, err := s.Create(ctx, catalog.Upload{ID: id, Length: 3}); err != nil {
		t.Fatal(err)
	}
	refuse := func(io.Reader) (pipeline.Digest, error) { return pipeline.Digest{}, errBroken }
	if _, err := s.Finish(ctx, id, refuse); !errors.Is(err, ErrOffset) {
		t.Errorf("half of it: %v", err)
	}
	if _, err := s.Append(ctx, id, 0, strings.NewReader("abc"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Finish(ctx, id, refuse); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	want := pipeline.DigestOf([]byte("abc"))
	take := func(r io.Reader) (pipeline.Digest, error) {
		b, err := io.ReadAll(r)
		return pipeline.DigestOf(b), err
	}
	for range 2 {
		u, err := s.Finish(ctx, id, take)
		if err != nil || u.Item != want {
			t.Errorf("%v, %v", u.Item, err)
		}
	}
	if info, err := os.Stat(s.path(id)); err != nil || info.Size() != 0 {
		t.Errorf("the bytes are still staged: %v, %v", info, err)
	}
}
