//go:build libav

package libav

import (
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"
)

// enterable are the demuxers that find a keyframe by an index of the file and give every packet the time stamp it has when the file is
// read from its start.
var enterable = []string{movNames, "matroska,webm"}

// ahead is by how much decoding begins earlier than wanted: frames that follow a keyframe and are shown before it do not decode alone.
const ahead = 500 * time.Millisecond

// Enterable reports whether decoding a stream can begin in the middle, with the same pictures and times as if it had begun at its start.
func (f *File) Enterable(stream int) bool {
	if stream < 0 || stream >= len(f.streams) {
		return false
	}
	s := f.streams[stream]
	return s.Start != NoTime && s.TimeBase.Stated() && slices.Contains(enterable, f.format.InputFormat().Name())
}

// enter goes to the last keyframe well before a time, where that can be done.
func (d *decoding) enter(from time.Duration) error {
	if from <= ahead || !d.file.Enterable(d.stream.Index) {
		return nil
	}
	b := d.stream.TimeBase
	ticks := d.stream.Start + int64((from-ahead).Seconds()*float64(b.Den)/float64(b.Num))
	if err := d.file.format.SeekFrame(d.stream.Index, ticks, astiav.NewSeekFlags(astiav.SeekFlagBackward)); err != nil {
		return fmt.Errorf("libav: going to %v: %w", from, d.file.cause(err))
	}
	return nil
}
