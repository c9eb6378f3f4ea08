package parts

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
)

// The markers that a walk must tell apart (ITU-T T.81 table B.1).
const (
	MarkerSOF0  = 0xc0
	MarkerDHT   = 0xc4
	MarkerJPG   = 0xc8
	MarkerDAC   = 0xcc
	MarkerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	MarkerSOI   = 0xd8
	MarkerEOI   = 0xd9
	MarkerSOS   = 0xda
	MarkerDQT   = 0xdb
	MarkerAPP0  = 0xe0
	MarkerAPP1  = 0xe1
	MarkerAPP2  = 0xe2
	MarkerAPP13 = 0xed
	MarkerAPP15 = 0xef
	MarkerDRI   = 0xdd
	MarkerCOM   = 0xfe
	markerTEM   = 0x01
)

// Segment is a marker segment of a JPEG file (ITU-T T.81 B.1.1.4).
type Segment struct {
	Part
	Marker   byte
	Strays   int64 // bytes before At that belong to no segment
	Restarts int64 // restart markers in the entropy-coded data before At
}

// Frame reports whether the segment is a frame header, which gives the picture's size.
func (s Segment) Frame() bool {
	return s.Marker >= MarkerSOF0 && s.Marker <= MarkerSOF15 && s.Marker != MarkerDHT && s.Marker != MarkerJPG && s.Marker != MarkerDAC
}

// Segments walks the JPEG stream that begins at from, through its scans, to its end-of-image marker, which is
// the last segment. It follows lengths and never takes bytes inside a segment for a marker. Where the file
// ends first the error is a *Cut, where no stream begins at from a *Stray.
func Segments(r io.ReaderAt, from, size int64) iter.Seq2[Segment, error] {
	return func(yield func(Segment, error) bool) {
		w := jpegWalk{view: look(r, size), at: from}
		defer w.done()
		for n := 0; ; n++ {
			s, err := w.next()
			if err == nil && n == MaxParts {
				err = tooMany("JPEG segments")
			}
			if err != nil {
				yield(Segment{}, err)
				return
			}
			if !yield(s, nil) || s.Marker == MarkerEOI {
				return
			}
		}
	}
}

type jpegWalk struct {
	*view
	at    int64 // where the next marker must begin
	begun bool  // SOI was seen
	scan  int64 // where the scan header before at stands; at lies in entropy-coded data
	rst   int64 // restart markers met behind that header
}

// next finds the next marker and frames its segment.
func (w *jpegWalk) next() (Segment, error) {
	at, marker, strays, err := w.marker()
	if err != nil {
		return Segment{}, err
	}
	if !w.begun && (marker != MarkerSOI || strays > 0) {
		return Segment{}, &Stray{w.at, "no JPEG stream begins here"}
	}
	s := Segment{Part: Part{Name: markerName(marker), At: at, Body: at + 2}, Marker: marker, Strays: strays, Restarts: w.rst}
	w.begun, w.scan, w.rst = true, 0, 0
	if alone(marker) {
		w.at = s.Body
		return s, nil
	}
	b, err := w.peek(at+2, 2)
	if err != nil {
		return Segment{}, err
	}
	if len(b) < 2 {
		return Segment{}, &Cut{Name: s.Name, At: at}
	}
	length := int64(binary.BigEndian.Uint16(b))
	if length < 2 {
		return Segment{}, &Stray{at, fmt.Sprintf("%s of length %d", s.Name, length)}
	}
	s.Body, s.Length = at+4, length-2
	if s.End() > w.size {
		return Segment{}, &Cut{Name: s.Name, At: at, Missing: s.End() - w.size}
	}
	w.at = s.End()
	if marker == MarkerSOS {
		w.scan = at
	}
	return s, nil
}

// marker finds the marker at or after w.at: fill bytes (T.81 B.1.1.2) are skipped silently, entropy-coded
// data with its stuffed zeros and restart markers too, anything else is counted as stray.
func (w *jpegWalk) marker() (at int64, marker byte, strays int64, err error) {
	for at = w.at; ; {
		ff, err := w.find(at, 0xff)
		if err != nil {
			return 0, 0, 0, err
		}
		if !w.begun && ff != w.at {
			return 0, 0, 0, &Stray{w.at, "no JPEG stream begins here"}
		}
		first := ff
		b, err := w.peek(ff+1, 1)
		for err == nil && len(b) == 1 && b[0] == 0xff {
			ff++
			b, err = w.peek(ff+1, 1)
		}
		switch {
		case err != nil:
			return 0, 0, 0, err
		case len(b) == 0:
			return 0, 0, 0, w.cut()
		case w.scan != 0 && (b[0] < MarkerSOF0 || b[0] >= markerRST0 && b[0] <= markerRST7), b[0] == 0:
			if b[0] >= markerRST0 {
				w.rst++
			}
			at = ff + 2
			continue
		}
		if w.scan == 0 {
			strays = first - w.at
		}
		return ff, b[0], strays, nil
	}
}

// cut says where the stream breaks off.
func (w *jpegWalk) cut() error {
	if w.scan != 0 {
		return &Cut{Name: "SOS", At: w.scan}
	}
	return &Cut{At: w.size}
}

// alone reports whether a marker stands without a length (T.81 B.1.1.4).
func alone(m byte) bool {
	return m == MarkerSOI || m == MarkerEOI || m == markerTEM || m >= markerRST0 && m <= markerRST7
}

func markerName(m byte) string {
	switch {
	case m == MarkerSOI:
		return "SOI"
	case m == MarkerEOI:
		return "EOI"
	case m == MarkerSOS:
		return "SOS"
	case m == MarkerDHT:
		return "DHT"
	case m == MarkerDAC:
		return "DAC"
	case m == MarkerDQT:
		return "DQT"
	case m == MarkerDRI:
		return "DRI"
	case m == MarkerCOM:
		return "COM"
	case m >= MarkerAPP0 && m <= MarkerAPP15:
		return fmt.Sprintf("APP%d", m-MarkerAPP0)
	case m >= MarkerSOF0 && m <= MarkerSOF15 && m != MarkerJPG:
		return fmt.Sprintf("SOF%d", m-MarkerSOF0)
	}
	return fmt.Sprintf("marker %02X", m)
}
