package structure

import (
	"encoding/binary"
	"fmt"

	"dokaz/pipeline"
)

// Bytes of a preview's box before its JPEG (ExifTool 12.57, Canon.pm and QuickTime.pm: as many for either).
const canonHead = 16

// canonDirectories are boxes that hold a TIFF structure of one directory each, and which.
var canonDirectories = map[string]string{"CMT1": "IFD0", "CMT2": "ExifIFD", "CMT3": directoryNotes, "CMT4": "GPS"}

// sample is the one picture that a track of a raw file of Canon's has.
type sample struct {
	jpeg  bool  // its description says so
	at, n int64 // 0 where not read yet
}

// canon looks into the boxes of a raw file of Canon's that hold directories and previews (CR3).
func (m *bmff) canon(i int, name string, at, stop int64) error {
	switch name {
	case "CMT1", "CMT2", "CMT3", "CMT4":
		return m.w.directories(i, at, stop-at, canonDirectories[name])
	case "THMB", "PRVW":
		b, err := m.w.bytes(at, min(canonHead, stop-at))
		if err != nil || len(b) < canonHead {
			return err
		}
		size := binary.BigEndian.Uint32(b[12:])
		if name == "THMB" {
			size = binary.BigEndian.Uint32(b[8:])
		}
		return m.canonPreview(i, name, at+canonHead, min(int64(size), stop-at-canonHead))
	case "JPEG", "stsz", "stco", "co64":
		return m.canonSample(i, name, at, stop)
	}
	return nil
}

// canonPreview tells a preview under the box that holds it.
func (m *bmff) canonPreview(i int, of string, at, n int64) error {
	if n <= 0 || at < 0 || at > m.w.size-n {
		m.w.note(i, "its picture lies outside")
		return nil
	}
	j := m.w.add(i, at, n, pipeline.Piece{Format: "jpeg", Name: "preview", Label: directoryLabel("preview")})
	m.w.embedded(j, at, n)
	return m.w.rawPreview(of+"/preview", at, n)
}

// canonSample reads where the picture of a track lies; once all is known of one that is a JPEG, it is a preview.
func (m *bmff) canonSample(i int, name string, at, stop int64) error {
	b, err := m.w.bytes(at, min(16, stop-at))
	if err != nil {
		return err
	}
	b = append(b, make([]byte, 16-len(b))...) // no sample and no place where the box ends early
	u32 := func(at int) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }
	s := &m.sample
	switch name {
	case "JPEG":
		s.jpeg = true
	case "stsz": // one size of all, how many there are, or the size of each
		if s.n = u32(4); s.n == 0 && u32(8) == 1 {
			s.n = u32(12)
		}
	case "stco":
		s.at = u32(8)
	case "co64":
		s.at = int64(binary.BigEndian.Uint64(b[8:]) & (1<<63 - 1))
	}
	if !s.jpeg || s.at == 0 || s.n == 0 {
		return nil
	}
	p := *s
	*s = sample{}
	return m.canonPreview(i, fmt.Sprintf("Track%d", m.track), p.at, p.n)
}
