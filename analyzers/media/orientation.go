package media

import (
	"io"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/raster"
	"dokaz/analyzers/internal/tiff"
)

// tagOrientation is the field's number (TIFF 6.0 p. 36; CIPA DC-008 §4.6.5.1.6).
const tagOrientation = 0x0112

// orientationIn reads the Exif Orientation that viewers apply to a picture of a format: that of IFD0 in a JPEG's
// first Exif segment before its first scan, in PNG's eXIf, in WebP's EXIF chunk, or of a TIFF file itself.
// Where there is none, or nothing that can be read, it is Normal.
func orientationIn(format string, src *io.SectionReader) raster.Orientation {
	switch format {
	case "jpeg":
		for s, err := range parts.Segments(src, 0, src.Size()) {
			if err != nil || s.Marker == parts.MarkerSOS || s.Marker == parts.MarkerEOI {
				break
			}
			if s.Marker == parts.MarkerAPP1 {
				if body, ok := behindExif(src, s.Part); ok {
					return orientationOf(body)
				}
			}
		}
	case "png":
		for c, err := range parts.PNGChunks(src, src.Size()) {
			if err != nil {
				break
			}
			if c.Name == "eXIf" {
				return orientationOf(io.NewSectionReader(src, c.Body, c.Length))
			}
		}
	case "webp":
		for c, err := range parts.RIFFChunks(src, 12, src.Size()) {
			if err != nil {
				break
			}
			if c.Name == "EXIF" {
				if body, ok := behindExif(src, c); ok {
					return orientationOf(body)
				}
				return orientationOf(io.NewSectionReader(src, c.Body, c.Length))
			}
		}
	case "tiff":
		return orientationOf(src)
	}
	return raster.Normal
}

// behindExif returns what stands behind the identifier "Exif" and two zero bytes; ok is false where it does not stand there.
func behindExif(src *io.SectionReader, p parts.Part) (*io.SectionReader, bool) {
	var head [6]byte
	if p.Length < 6 {
		return nil, false
	}
	if n, _ := src.ReadAt(head[:], p.Body); n < 6 || string(head[:]) != "Exif\x00\x00" {
		return nil, false
	}
	return io.NewSectionReader(src, p.Body+6, p.Length-6), true
}

// orientationOf reads IFD0 of a TIFF structure.
func orientationOf(src *io.SectionReader) raster.Orientation {
	s, err := tiff.Walk(src, src.Size())
	if err != nil && len(s.Entries) == 0 {
		return raster.Normal
	}
	for _, e := range s.Entries {
		if e.Group != "IFD0" || e.ID != tagOrientation {
			continue
		}
		if v, ok := e.Int(0); ok && v >= 1 && v <= 8 {
			return raster.Orientation(v)
		}
		break
	}
	return raster.Normal
}
