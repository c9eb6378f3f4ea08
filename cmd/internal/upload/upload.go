// Package upload keeps files that come in pieces until they are whole: what was acknowledged is durable, whatever breaks.
//
// It knows offsets, checksums and expiry. It must not know HTTP, who gives, nor what becomes of a file that is whole.
package upload

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"golang.org/x/sys/unix"
)

// Records keeps what is known of uploads.
type Records interface {
	PutUpload(ctx context.Context, u catalog.Upload) error
	Upload(ctx context.Context, id string) (catalog.Upload, error)
	AdvanceUpload(ctx context.Context, u catalog.Upload, received int64, expires time.Time) error
	FinishUpload(ctx context.Context, id string, item pipeline.Digest) error
	RemoveUpload(ctx context.Context, id string) error
	ExpiredUploads(ctx context.Context) ([]catalog.Upload, error)
	OpenUploads(ctx context.Context) (n int, left int64, err error)
}

// Errors that a client can do something about.
var (
	ErrChecksum = errors.New("the bytes are not those that the checksum names")
	ErrOffset   = errors.New("the upload does not stand there")
	ErrTooMuch  = errors.New("more bytes came than were announced")
)

const (
	// Keep is how long an upload is kept after it was last heard of.
	Keep = 24 * time.Hour
	// stride is after how many bytes a long piece is acknowledged to ourselves, so that a crash costs no more.
	stride = 64 << 20
	chunk  = 64 << 10
)

// Store keeps uploads in a folder. It is safe for concurrent use, also by several processes.
type Store struct {
	Dir     string
	Records Records
	Clock   func() time.Time
}

var ids = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]{16,64}$`) })

// Create begins an upload and returns it with the time until which it is kept. Its id is lower-case letters and digits.
func (s *Store) Create(ctx context.Context, u catalog.Upload) (catalog.Upload, error) {
	if !ids().MatchString(u.ID) || u.Length < 0 {
		return u, fmt.Errorf("%w: upload %q of %d bytes", pipeline.ErrMalformed, u.ID, u.Length)
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return u, err
	}
	f, err := os.OpenFile(s.path(u.ID), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return u, err
	}
	if err := errors.Join(f.Sync(), f.Close(), syncDir(s.Dir)); err != nil {
		return u, err
	}
	u.Expires = s.Clock().Add(Keep).UTC().Truncate(time.Second)
	return u, s.Records.PutUpload(ctx, u)
}

// Find returns an upload that is not expired, or pipeline.ErrNotFound.
func (s *Store) Find(ctx context.Context, id string) (catalog.Upload, error) {
	u, err := s.Records.Upload(ctx, id)
	if err == nil && !s.Clock().Before(u.Expires) {
		err = fmt.Errorf("upload %q: %w", id, pipeline.ErrNotFound)
	}
	return u, err
}

// Checksum is what a piece is checked against.
type Checksum struct {
	Hash hash.Hash
	Want []byte
}

// Append writes a piece that begins at an offset and returns the upload as it stands then: durable, also where r broke off, unless a
// checksum was to be checked. ErrOffset says that the upload stands elsewhere, pipeline.ErrBusy that a piece is being written.
// The error of r is in the chain of what is returned.
func (s *Store) Append(ctx context.Context, id string, offset int64, r io.Reader, sum *Checksum) (catalog.Upload, error) {
	f, u, err := s.open(ctx, id)
	if err != nil {
		return u, err
	}
	defer f.Close()
	if u.Received != offset {
		return u, fmt.Errorf("%w: it stands at %d", ErrOffset, u.Received)
	}
	p := piece{store: s, ctx: ctx, f: f, u: u, at: u.Received, sum: sum}
	err = p.copy(r)
	return p.u, err
}

// open opens an upload's file alone, at the end of what was acknowledged; what lies behind is dropped.
func (s *Store) open(ctx context.Context, id string) (*os.File, catalog.Upload, error) {
	if _, err := s.Find(ctx, id); err != nil {
		return nil, catalog.Upload{}, err
	}
	f, err := os.OpenFile(s.path(id), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("upload %s: %w", id, pipeline.ErrNotFound) // removed in between
	}
	if err != nil {
		return nil, catalog.Upload{}, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = pipeline.ErrBusy
		}
		return nil, catalog.Upload{}, errors.Join(fmt.Errorf("upload %s: %w", id, err), f.Close())
	}
	u, err := s.Find(ctx, id) // again: what was seen before the lock may be old
	if err == nil && u.Item.IsZero() {
		err = f.Truncate(u.Received)
	}
	if err == nil {
		_, err = f.Seek(u.Received, io.SeekStart)
	}
	if err != nil {
		return nil, u, errors.Join(err, f.Close())
	}
	return f, u, nil
}

// piece is one piece while it is written.
type piece struct {
	store *Store
	ctx   context.Context
	f     *os.File
	u     catalog.Upload
	at    int64 // bytes written
	sum   *Checksum
}

// copy writes r to its end and acknowledges.
func (p *piece) copy(r io.Reader) error {
	buf := make([]byte, chunk)
	for {
		n, err := r.Read(buf)
		if p.at+int64(n) > p.u.Length {
			return ErrTooMuch
		}
		if _, werr := p.f.Write(buf[:n]); werr != nil {
			return werr
		}
		p.at += int64(n)
		if p.sum != nil {
			p.sum.Hash.Write(buf[:n])
		}
		switch {
		case err == io.EOF:
			return p.end()
		case err != nil && p.sum != nil:
			return fmt.Errorf("the piece broke off: %w", err)
		case err != nil:
			return errors.Join(fmt.Errorf("the piece broke off: %w", err), p.acknowledge())
		case p.sum == nil && p.at-p.u.Received >= stride:
			if err := p.acknowledge(); err != nil {
				return err
			}
		}
	}
}

// end checks a piece that came whole.
func (p *piece) end() error {
	if p.sum != nil && string(p.sum.Hash.Sum(nil)) != string(p.sum.Want) {
		return ErrChecksum
	}
	return p.acknowledge()
}

// acknowledge makes what was written durable and says so, also when the client is gone.
func (p *piece) acknowledge() error {
	if err := p.f.Sync(); err != nil {
		return err
	}
	until := p.store.Clock().Add(Keep).UTC().Truncate(time.Second)
	if err := p.store.Records.AdvanceUpload(context.WithoutCancel(p.ctx), p.u, p.at, until); err != nil {
		return err
	}
	p.u.Received, p.u.Expires = p.at, until
	return nil
}

// Finish gives a whole upload's bytes to take, which says what they became, and removes the file. Of an upload that was finished
// before it returns that. What take returns as an error leaves the upload as it is.
func (s *Store) Finish(ctx context.Context, id string, take func(io.Reader) (pipeline.Digest, error)) (catalog.Upload, error) {
	u, err := s.Find(ctx, id)
	if err != nil || !u.Item.IsZero() {
		return u, err
	}
	f, u, err := s.open(ctx, id)
	if err != nil {
		return u, err
	}
	defer f.Close()
	if !u.Item.IsZero() {
		return u, nil
	}
	if u.Received != u.Length {
		return u, fmt.Errorf("%w: %d of %d bytes are there", ErrOffset, u.Received, u.Length)
	}
	item, err := take(io.NewSectionReader(f, 0, u.Length))
	if err != nil {
		return u, err
	}
	u.Item = item
	if err := s.Records.FinishUpload(context.WithoutCancel(ctx), id, item); err != nil {
		return u, err
	}
	return u, f.Truncate(0) // its bytes are sealed; the name goes when the upload expires
}

// Remove forgets an upload and its bytes. ErrBusy says that a piece is being written.
func (s *Store) Remove(ctx context.Context, id string) error {
	f, _, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.Records.RemoveUpload(ctx, id); err != nil {
		return err
	}
	return os.Remove(s.path(id))
}

// Sweep removes what is expired.
func (s *Store) Sweep(ctx context.Context) error {
	us, err := s.Records.ExpiredUploads(ctx)
	if err != nil {
		return err
	}
	for _, u := range us {
		if err := os.Remove(s.path(u.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := s.Records.RemoveUpload(ctx, u.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) path(id string) string { return filepath.Join(s.Dir, id) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
