package libav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"dokaz/pipeline"
)

func words32(v ...uint32) (out []byte) {
	for _, n := range v {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	return out
}

func isoBox(name string, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	return append(append(words32(uint32(len(b)+8)), name...), b...)
}

// tables is a movie of one track with these boxes in its sample table (ISO/IEC 14496-12 §8.5.1).
func tables(boxes ...[]byte) []byte {
	return isoBox("moov", isoBox("trak", isoBox("mdia", isoBox("minf", isoBox("stbl", boxes...)))))
}

func TestHeadersThatClaimTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	l := pipeline.Limits{Samples: 1000, Streams: 2, Nesting: 6, Inflated: 500}.OrDefaults()
	deep := isoBox("mdia")
	for range 20 {
		deep = isoBox("mdia", deep)
	}
	track := isoBox("trak")
	for name, c := range map[string]struct {
		file []byte
		want string // "" where nothing is refused
	}{
		"within":                {tables(isoBox("stsz", words32(0, 0, 1000)), isoBox("stts", words32(0, 1, 1000, 1))), ""},
		"sizes":                 {tables(isoBox("stsz", words32(0, 1, 1001))), "samples 1,001 over 1,000"},
		"sizes of two tracks":   {append(tables(isoBox("stsz", words32(0, 1, 600))), tables(isoBox("stz2", words32(0, 4, 600)))...), "samples 1,200 over 1,000"},
		"times in one run":      {tables(isoBox("stts", words32(0, 1, math.MaxUint32, 1))), "samples 4,294,967,295 over 1,000"},
		"times in runs":         {tables(isoBox("stts", words32(0, 3, 400, 1, 400, 1, 400, 1))), "samples 1,200 over 1,000"},
		"a table's own length":  {tables(isoBox("stco", words32(0, 5000))), "samples 5,000 over 1,000"},
		"tracks":                {isoBox("moov", track, track, track), "streams 3 over 2"},
		"boxes in boxes":        {isoBox("moov", deep), "nesting 7 over 6"},
		"a compressed header":   {isoBox("moov", isoBox("cmov", isoBox("cmvd", words32(501)))), "inflated bytes 501 over 500"},
		"cut within a table":    {tables(isoBox("stsz", words32(0, 1, 1001)))[:50], ""},
		"no boxes at all":       {[]byte("not a movie, and long enough for a head"), ""},
		"a table without words": {tables(isoBox("stts"), isoBox("stsz")), ""},
	} {
		err := claimed(bytes.NewReader(c.file), int64(len(c.file)), "mp4", l)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if err := claimed(bytes.NewReader(isoBox("moov", deep)), 1000, "matroska", l); err != nil {
		t.Errorf("another format: %v", err)
	}
}
