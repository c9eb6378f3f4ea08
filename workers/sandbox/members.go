package sandbox

import (
	"dokaz/pipeline"
)

// Bounds of what a child gives out of an archive.
const (
	maxPiece  = 1 << 20
	minPiece  = 512      // bytes of a reply that a line more is allowed for: short members have three lines of some hundred bytes
	maxNaming = 64 << 10 // bytes of a member's name and time
)

// Members is the child's way to give out what an archive holds. Its shape is that of archive.Out.
type Members struct{ v *voice }

// Members returns the way to give out members, or nil where nobody asked for them.
func (v *voice) Members() *Members {
	if !v.unfolds {
		return nil
	}
	return &Members{v}
}

// Begin begins a member.
func (m *Members) Begin(of pipeline.Member) error {
	if len(of.Name) > maxNaming/2 {
		of.Name = of.Name[:maxNaming/2]
	}
	return m.give(event{Member: &of})
}

// Piece gives the next bytes of the member begun.
func (m *Members) Piece(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), maxPiece)
		if err := m.give(event{Piece: &pieceEvent{b[:n]}}); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// End ends a member.
func (m *Members) End(whole bool) error { return m.give(event{Ended: &endedEvent{whole}}) }

// give writes an event that does not count against what analyzers may say.
func (m *Members) give(e event) error {
	line, err := encode(e)
	if err != nil {
		return err
	}
	m.v.mu.Lock()
	defer m.v.mu.Unlock()
	bytes, lines := m.v.bytes, m.v.lines
	err = m.v.put(line)
	m.v.bytes, m.v.lines = bytes, lines
	return err
}
