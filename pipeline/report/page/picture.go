package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"

	"dokaz/pipeline"
)

// Bounds of what is put into one page.
const (
	maxPicture  = 512 << 10 // bytes of one picture
	maxPictures = 24 << 20  // bytes of all pictures of a page
)

// inlined are the media types that are put into a page: raster pictures, which no browser executes.
var inlined = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true, "image/gif": true, "image/avif": true}

// picture is a small picture that shows itself blurred until it is asked for.
type picture struct {
	Alt     string
	Blurred template.URL
	Clear   template.URL
	Absent  string // what to say where there is nothing to show
	Hidden  string // what to say in place of a blurred picture
	Show    string // what to say to open and to close
	Hide    string
	Width   int // pixels, 0 where not known
	Height  int
	Note    string // what it is, where it is not what is expected there
	Lazy    bool   // a file beside the page, to be loaded when it comes into view
}

// inliner turns derivatives into data URIs and counts what a page has taken.
type inliner struct {
	give  Pictures
	at    func(pipeline.Digest) string // where they are served, nil: they are put into the page
	taken int
}

// uri returns a derivative as a data URI, or an empty one where it is not kept or no picture; large says
// that a bound was met.
func (in *inliner) uri(d *pipeline.Digest) (u template.URL, large bool, err error) {
	if d == nil {
		return "", false, nil
	}
	if in.at != nil {
		return template.URL(in.at(*d)), false, nil // a path made of a digest
	}
	if in.give == nil {
		return "", false, nil
	}
	b, mediaType, err := in.give(*d)
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("picture %s: %w", d, err)
	}
	u, large = in.inline(b, mediaType)
	return u, large, nil
}

// inline takes a picture into the page; large says that a bound was met.
func (in *inliner) inline(b []byte, mediaType string) (u template.URL, large bool) {
	switch {
	case len(b) == 0 || !inlined[mediaType]:
		return "", false
	case len(b) > maxPicture || in.taken+len(b) > maxPictures:
		return "", true
	}
	in.taken += len(b)
	return template.URL("data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(b)), false // type from a fixed list
}

// picture builds a picture from its two derivatives. Without a blurred one the clear one stays hidden behind
// a plain field.
func (m maker) picture(clear, blurred *pipeline.Digest, alt string) (picture, error) {
	p := picture{Alt: alt, Hidden: m.Text("picture_hidden"), Show: m.Text("picture_clear"), Hide: m.Text("picture_shown")}
	c, tooLarge, err := m.pictures.uri(clear)
	if err != nil {
		return p, err
	}
	b, _, err := m.pictures.uri(blurred)
	if err != nil {
		return p, err
	}
	p.Clear, p.Blurred = c, b
	switch {
	case tooLarge:
		p.Absent = m.Text("picture_large")
	case c == "" && b == "":
		p.Absent = m.Text("picture_none")
	}
	return p, nil
}

// preview returns the largest preview that the file holds, where no small picture of the item itself could be made: what stands for it then is no picture
// of it, and may show something else.
func (m maker) preview() (largest *pipeline.Digest, width, height int) {
	for _, s := range all[pipeline.Derivative](m.r) {
		if s.fact.Role == "embedded-preview" && s.fact.Width*s.fact.Height > width*height {
			d := s.fact.Digest
			largest, width, height = &d, s.fact.Width, s.fact.Height
		}
	}
	return largest, width, height
}

// own returns the item's own small pictures.
func (m maker) own() (clear, blurred *pipeline.Digest, width, height int) {
	for _, s := range all[pipeline.Derivative](m.r) {
		d := s.fact.Digest
		switch {
		case s.fact.Role == "thumbnail" && clear == nil:
			clear, width, height = &d, s.fact.Width, s.fact.Height
		case s.fact.Role == "thumbnail-blurred" && blurred == nil:
			blurred = &d
		}
	}
	return clear, blurred, width, height
}
