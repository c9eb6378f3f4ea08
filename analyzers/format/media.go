package format

import (
	"errors"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// topBoxes are the box types known at the top level of files of the ISO base media family (ISO/IEC 14496-12 table
// 1; 15444-1 annex I; 18181-2; Apple, Google and Samsung files). Only of these is a box that ends beyond the file
// taken for a box cut off: four letters in bytes that are no box would announce any size.
var topBoxes = map[string]bool{
	"ftyp": true, "styp": true, "moov": true, "moof": true, "mdat": true, "free": true, "skip": true, "wide": true,
	"pnot": true, "PICT": true, "uuid": true, "meta": true, "meco": true, "mfra": true, "sidx": true, "ssix": true,
	"prft": true, "pdin": true, "emsg": true, "udta": true, "imda": true, "idat": true, "mpvd": true, "sefd": true,
	"jP  ": true, "jp2h": true, "jp2c": true, "jp2i": true, "xml ": true, "JXL ": true, "jxlc": true, "jxlp": true,
	"jxll": true, "jxli": true, "jbrd": true, "jumb": true, "brob": true, "Exif": true, "junk": true, "gpmd": true,
}

// boxEnd walks top-level boxes from at. end is where they end; cut is the last of them where it ends beyond
// the file; seen are the types met.
func (x *examination) boxEnd(at int64) (end int64, cut *parts.Part, seen map[string]bool, err error) {
	seen = map[string]bool{}
	end = at
	for p, err := range parts.Boxes(x.file, at, x.size) {
		var stray *parts.Stray
		switch {
		case errors.As(err, &stray):
			return end, nil, seen, nil
		case err != nil:
			return end, nil, seen, err
		case p.End() > x.size && topBoxes[p.Name]:
			seen[p.Name] = true
			return x.size, &p, seen, nil
		case p.End() > x.size:
			return end, nil, seen, nil
		case len(seen) < len(topBoxes):
			seen[p.Name] = true
		}
		end = p.End()
	}
	return end, nil, seen, nil
}

// boxes tells whether the top-level boxes fill the file, and whether a film's index is there.
func (x *examination) boxes(name string) error {
	end, cut, seen, err := x.boxEnd(0)
	switch {
	case err != nil:
		return err
	case cut != nil:
		x.missing(cut.End()-x.size, "box "+cut.Name+" at byte "+tiff.Grouped(cut.At)+" states "+tiff.Grouped(cut.End()-cut.At)+" bytes")
	case seen["mdat"] && !seen["moov"] && !seen["moof"] && !seen["meta"]:
		x.missing(0, "no box moov, without which "+name+" cannot be played")
	}
	if end < x.size {
		return x.trailing(end)
	}
	return nil
}

// heif says the coded size of the primary item (ISO/IEC 23008-12 §6.5.3).
func (x *examination) heif() error {
	items, err := parts.Items(x.file, x.size)
	for _, it := range items {
		if it.Primary {
			x.raster(pipeline.Where{}, "meta/iprp/ispe", it.Width, it.Height, 0)
		}
	}
	var cut *parts.Cut
	if errors.As(err, &cut) {
		return nil // the walk of the boxes told
	}
	return err
}

// jpeg2000 says the size in the image header box (ISO/IEC 15444-1 I.5.3.1).
func (x *examination) jpeg2000() error {
	p, width, height, ok, err := parts.JP2Header(x.file, x.size)
	if ok {
		x.raster(pipeline.At(p.At, p.End()-p.At), "jp2h/ihdr", int(width), int(height), 0)
	}
	return err
}

// The elements that a Matroska file has at its top level (RFC 9559 §5.1; RFC 8794 §11.3).
const (
	ebmlHeader  = "1A45DFA3"
	ebmlSegment = "18538067"
	ebmlVoid    = "EC"
	ebmlCRC     = "BF"
)

// matroska compares the size that the segment states with the file's.
func (x *examination) matroska() error {
	end := int64(0)
	for p, err := range parts.EBMLElements(x.file, 0, x.size) {
		var stray *parts.Stray
		switch {
		case errors.As(err, &stray):
			return x.trailing(end)
		case err != nil:
			return err
		case p.Name != ebmlHeader && p.Name != ebmlSegment && p.Name != ebmlVoid && p.Name != ebmlCRC:
			return x.trailing(end)
		case p.Length < 0: // live: to the end of the file
			return nil
		case p.End() > x.size:
			x.missing(p.End()-x.size, "element "+p.Name+" at byte "+tiff.Grouped(p.At)+" states "+tiff.Grouped(p.Length)+" bytes")
			return nil
		}
		end = p.End()
	}
	return nil
}
