package format

import (
	"encoding/binary"
	"errors"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// jpeg walks segments and scans to the end-of-image marker (ITU-T T.81 annex B).
func (x *examination) jpeg() error {
	var last parts.Segment
	var strays error
	sized := false
	var steps tables
	for s, err := range parts.Segments(x.file, 0, x.size) {
		if err != nil {
			return errors.Join(x.ended(err), strays)
		}
		if s.Strays > 0 && strays == nil {
			strays = &parts.Stray{At: s.At - s.Strays, What: tiff.Grouped(s.Strays) + " bytes belong to no segment"}
		}
		switch {
		case s.Marker == parts.MarkerDQT && !sized:
			b, err := x.peek(s.Body, min(s.Length, maxTables))
			if err != nil {
				return err
			}
			steps.read(b)
		case s.Frame() && !sized: // T.81 B.2.2: precision, lines, samples per line, components, and of the first its name, sampling and table
			b, err := x.peek(s.Body, min(s.Length, 9))
			if err != nil {
				return err
			}
			if len(b) >= 5 {
				sized = true
				if len(b) == 9 {
					x.step = steps[b[8]&3]
				}
				x.raster(pipeline.At(s.At, s.End()-s.At), s.Name, int(binary.BigEndian.Uint16(b[3:])), int(binary.BigEndian.Uint16(b[1:])), 0)
			}
		case s.Marker == parts.MarkerAPP2:
			b, err := x.peek(s.Body, 4)
			if err != nil {
				return err
			}
			x.mpf = x.mpf || string(b) == "MPF\x00"
		}
		last = s
	}
	return errors.Join(x.trailing(last.End()), strays)
}

// tables holds the mean step of each quantisation table of a JPEG; 0 where it was not defined.
type tables [4]float64

// maxTables is the length of four tables of 16 bits.
const maxTables = 4 * (1 + 2*64)

// read takes the tables of one segment (ITU-T T.81 B.2.4.1): precision and number in one byte, then 64 steps. A table that is cut
// off is passed over.
func (t *tables) read(b []byte) {
	for len(b) > 0 {
		size := 64 << min(b[0]>>4, 1)
		if len(b) < 1+size {
			return
		}
		sum := 0
		for i, v := range b[1 : 1+size] {
			if size == 2*64 && i%2 == 0 {
				sum += int(v) << 8
			} else {
				sum += int(v)
			}
		}
		t[b[0]&3] = float64(sum) / 64
		b = b[1+size:]
	}
}

// png walks chunks to IEND (ISO/IEC 15948 §5).
func (x *examination) png() error {
	var header, last parts.Part
	frames := 0
	for p, err := range parts.PNGChunks(x.file, x.size) {
		if err != nil {
			return errors.Join(x.pngRaster(header, frames), x.ended(err))
		}
		switch p.Name {
		case "IHDR":
			header = p
		case "fcTL": // PNG third edition §11.3.6.2: one per frame
			frames++
		}
		last = p
	}
	return errors.Join(x.pngRaster(header, frames), x.trailing(last.End()+4))
}

func (x *examination) pngRaster(p parts.Part, frames int) error {
	if p.Name == "" || p.Length < 8 {
		return nil
	}
	b, err := x.peek(p.Body, 8)
	if err == nil {
		x.raster(pipeline.At(p.At, p.Length+12), p.Name, int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:])), frames)
	}
	return err
}

// gif walks blocks to the trailer (GIF89a §27).
func (x *examination) gif() error {
	var last parts.Part
	var broken error
	frames := 0
	for p, err := range parts.GIFBlocks(x.file, x.size) {
		if err != nil {
			broken = err
			break
		}
		if p.Name == "image" {
			frames++
		}
		last = p
	}
	if last.Length > 0 {
		b, err := x.peek(6, 4)
		if err != nil {
			return err
		}
		x.raster(pipeline.At(0, 13), "screen", int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])), frames)
	}
	if broken != nil {
		return x.ended(broken)
	}
	return x.trailing(last.End())
}

// bmp compares the size that the file header states (BITMAPFILEHEADER.bfSize) with the file's. Some writers
// state too little, so that uncompressed pixels count too.
func (x *examination) bmp(head []byte) error {
	if len(head) < 26 {
		x.missing(0, "BMP header has no end")
		return nil
	}
	stated := int64(binary.LittleEndian.Uint32(head[2:]))
	width, height := int64(int32(binary.LittleEndian.Uint32(head[18:]))), int64(int32(binary.LittleEndian.Uint32(head[22:])))
	if head[14] == 12 { // BITMAPCOREHEADER
		width, height = int64(binary.LittleEndian.Uint16(head[18:])), int64(binary.LittleEndian.Uint16(head[20:]))
	}
	if height < 0 { // rows from the top
		height = -height
	}
	x.raster(pipeline.At(14, int64(head[14])), "header", int(width), int(height), 0)
	switch {
	case stated < 26: // left out
		return nil
	case stated > x.size:
		x.missing(stated-x.size, "BMP header states "+tiff.Grouped(stated)+" bytes")
		return nil
	}
	return x.trailing(min(x.size, max(stated, bmpPixels(head, width, height))))
}

// bmpPixels is where uncompressed pixels end, at most 2^40; 0 for compressed ones and the oldest header.
func bmpPixels(head []byte, width, height int64) int64 {
	if head[14] == 12 || len(head) < 34 || width <= 0 {
		return 0
	}
	depth := int64(binary.LittleEndian.Uint16(head[28:]))
	if method := binary.LittleEndian.Uint32(head[30:]); depth > 64 || method != 0 && method != 3 && method != 6 {
		return 0
	}
	row := (width*depth + 31) / 32 * 4
	if row == 0 || height > 1<<39/row {
		return 1 << 40
	}
	return int64(binary.LittleEndian.Uint32(head[10:])) + row*height
}

// tiff says the size in IFD0, which of raw photographs is that of a preview.
func (x *examination) tiff() error {
	s, err := tiff.Walk(x.file, x.size)
	if errors.Is(err, tiff.ErrBigTIFF) || errors.Is(err, tiff.ErrNotTIFF) {
		return nil
	}
	var width, height int64
	var at tiff.Entry
	for _, e := range s.Entries {
		if e.Group != "IFD0" {
			continue
		}
		switch v, _ := e.Int(0); e.ID {
		case 0x100:
			width, at = v, e
		case 0x101:
			height = v
		}
	}
	x.raster(pipeline.At(at.At, 12), "IFD0", int(width), int(height), 0)
	return err
}

// psd says the size in the file header (Adobe Photoshop File Formats, File Header Section).
func (x *examination) psd(head []byte) error {
	if len(head) < 26 {
		x.missing(0, "PSD header has no end")
		return nil
	}
	x.raster(pipeline.At(0, 26), "header", int(binary.BigEndian.Uint32(head[18:])), int(binary.BigEndian.Uint32(head[14:])), 0)
	return nil
}

// riff compares the size that the outer chunk states with the file's. Long AVI files have several outer chunks.
func (x *examination) riff(name string) error {
	end := int64(0)
	for p, err := range parts.RIFFChunks(x.file, 0, x.size) {
		if err != nil {
			return err
		}
		if p.Name != "RIFF" {
			break
		}
		if p.At == 0 && name == "webp" {
			if err := x.webp(min(p.End(), x.size)); err != nil {
				return err
			}
		}
		if p.Length == 0 || p.Length == 1<<32-1 { // written by a program that could not come back to fill it in
			return nil
		}
		if p.End() > x.size {
			x.missing(p.End()-x.size, "RIFF states "+tiff.Grouped(p.Length)+" bytes")
			return nil
		}
		end = p.End() + p.Length%2
	}
	if end >= x.size {
		return nil
	}
	return x.trailing(end)
}

// webp says the size of the canvas or of the one picture (RFC 9649 §§2.5–2.7).
func (x *examination) webp(end int64) error {
	frames := 0
	var width, height int
	var from parts.Part
	for p, err := range parts.RIFFChunks(x.file, 12, end) {
		if err != nil {
			return err
		}
		if p.Name == "ANMF" {
			frames++
		}
		if from.Name != "" || p.Name != "VP8X" && p.Name != "VP8 " && p.Name != "VP8L" {
			continue
		}
		b, err := x.peek(p.Body, 10)
		if err != nil {
			return err
		}
		switch {
		case len(b) < 10:
		case p.Name == "VP8X":
			width, height = 1+(int(b[4])|int(b[5])<<8|int(b[6])<<16), 1+(int(b[7])|int(b[8])<<8|int(b[9])<<16)
		case p.Name == "VP8 " && string(b[3:6]) == "\x9d\x01\x2a":
			width, height = int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)
		case p.Name == "VP8L" && b[0] == 0x2f:
			bits := binary.LittleEndian.Uint32(b[1:])
			width, height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
		}
		from = p
	}
	x.raster(pipeline.At(from.At, 18), from.Name, width, height, frames)
	return nil
}
