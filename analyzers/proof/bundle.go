package proof

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"

	"dokaz/pipeline"
)

// bundle reads the members of a zip archive: small ones whole, since they may be proofs, larger ones for their digest, where there is a proof to hold against
// them. What is no archive of that form, and one without proofs, is unsupported.
func (a Analyzer) bundle(ctx context.Context, o pipeline.Original, say pipeline.Say) error {
	z, err := zip.NewReader(o, o.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", pipeline.ErrUnsupported, err)
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	d := &desk{ctx: ctx, say: say, known: a.known}
	large := map[int]*zip.File{}
	left := int64(maxBundle)
	for i, m := range z.File {
		if i == maxMembers {
			break // an archive of photographs, not a bundle; each of its members is an item of its own
		}
		if m.FileInfo().IsDir() || m.Flags&1 != 0 {
			continue
		}
		if m.UncompressedSize64 > maxProof || left < int64(m.UncompressedSize64) {
			large[len(d.files)] = m
			d.files = append(d.files, file{name: m.Name, size: int64(min(m.UncompressedSize64, 1<<62)), open: m.Open})
			continue
		}
		b, err := member(ctx, m)
		if err != nil {
			continue // analyzer archive tells of members that cannot be read
		}
		left -= int64(len(b))
		d.files = append(d.files, held(m.Name, b))
	}
	if !d.proofs() {
		return fmt.Errorf("%w: an archive without proofs", pipeline.ErrUnsupported)
	}
	if len(z.File) > maxMembers {
		err = fmt.Errorf("%w: %d members, those beyond %d were not looked at", pipeline.ErrRefused, len(z.File), maxMembers)
	}
	return errors.Join(d.weigh(large, a.limits), d.finish(), err)
}

// member reads a small member.
func member(ctx context.Context, m *zip.File) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(contextual{ctx, r}, maxProof+1))
	if err == nil && len(b) > maxProof {
		err = pipeline.ErrRefused
	}
	return b, errors.Join(err, r.Close())
}

// proofs reports whether there is any among the files.
func (d *desk) proofs() bool {
	for _, f := range d.files {
		if f.proves() {
			return true
		}
	}
	return false
}

// weigh hashes the large members. One that cannot be read is left away: nothing can be held against it.
func (d *desk) weigh(large map[int]*zip.File, l pipeline.Limits) error {
	left := min(l.Archive.Bytes, maxHashed)
	var keep []file
	var over error
	for i, f := range d.files {
		if m := large[i]; m != nil {
			r, err := m.Open()
			if err != nil {
				continue
			}
			sum, n, err := digested(d.ctx, r, left)
			if d.ctx.Err() != nil {
				return errors.Join(d.ctx.Err(), r.Close())
			}
			if cerr := r.Close(); cerr != nil || err != nil {
				if errors.Is(err, pipeline.ErrRefused) {
					over = err
				}
				continue
			}
			f.sum, f.size = sum, n
			left -= n
		}
		keep = append(keep, f)
	}
	d.files = keep
	return over
}

func (d *desk) finish() error {
	_, err := d.examine()
	return err
}
