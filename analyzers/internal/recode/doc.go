// Package recode codes a small JPEG picture anew from its own coefficients, as they stand: every symbol of its entropy-coded data is read, checked and
// written with tables of ours, behind headers of ours, so that a page can show the picture without any byte of the file. Nothing is lost by it, and no
// transform of the picture is needed but that of its brightness, which is given beside for hashing.
//
// It knows baseline and extended sequential JPEG of 8 bits, grey or YCbCr, in one scan (ITU-T T.81). It must not know files, what else a JPEG can be, or what a
// picture is for.
package recode

import (
	"errors"
	"image"
)

var (
	// ErrOther says that a picture is coded in another way than is read here. It may be whole.
	ErrOther = errors.New("coded in another way than is read here")
	// ErrBroken says that a picture cannot be read to its end.
	ErrBroken = errors.New("no whole JPEG picture")
	// ErrTooLarge says that it has more pixels than were allowed.
	ErrTooLarge = errors.New("more pixels than are allowed")
)

// Picture is a picture coded anew.
type Picture struct {
	JPEG []byte
	Luma *image.Gray // as decoded, of the picture's size; in the memory that was given for it
}

// JPEG codes the picture of a JPEG stream of at most so many pixels anew. The error is ErrOther, ErrBroken or ErrTooLarge. Its brightness goes into plane, which
// grows where it is too small.
func JPEG(b []byte, most int, plane *[]byte) (Picture, error) {
	d := decoder{b: b, most: most, plane: plane}
	if err := d.headers(); err != nil {
		return Picture{}, err
	}
	out, err := d.scan()
	if err != nil {
		return Picture{}, err
	}
	return Picture{out, d.luma.SubImage(image.Rect(0, 0, d.width, d.height)).(*image.Gray)}, nil
}
