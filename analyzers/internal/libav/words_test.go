package libav

import (
	"errors"
	"math"
	"strings"
	"testing"

	"dokaz/pipeline"
)

func TestPixelsAllowedNamesLimitAndValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w, h int64
		want string // of the error; "" for none
	}{
		{16384, 16384, ""},
		{0, 0, ""},
		{30000, 30000, "refused: pixels 900,000,000 over 268,435,456"},
		{268435457, 1, "refused: pixels 268,435,457 over 268,435,456"},
		{1 << 62, 1 << 62, "refused: picture of 4,611,686,018,427,387,904×4,611,686,018,427,387,904 over 268,435,456 pixels"},
		{-1, 5, "refused: picture of -1×5"},
	} {
		err := PixelsAllowed(c.w, c.h, 1<<28)
		if c.want == "" {
			if err != nil {
				t.Errorf("%d×%d: %v", c.w, c.h, err)
			}
			continue
		}
		if err == nil || err.Error() != c.want || !errors.Is(err, pipeline.ErrRefused) {
			t.Errorf("%d×%d: %v, want %q", c.w, c.h, err, c.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 1234567: "1,234,567"} {
		if got := pipeline.Grouped(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// The matrices are those of ISO/IEC 14496-12 §6.2.2 in 16.16; 90 is what a phone held upright writes.
func TestOrientationOfMatrix(t *testing.T) {
	t.Parallel()
	const one = 1 << 16
	for _, c := range []struct {
		name       string
		a, b, c, d int64
		want       int
	}{
		{"as stored", one, 0, 0, one, 1},
		{"turned by 90", 0, one, -one, 0, 6},
		{"turned by 180", -one, 0, 0, -one, 3},
		{"turned by 270", 0, -one, one, 0, 8},
		{"mirrored", -one, 0, 0, one, 2},
		{"flipped", one, 0, 0, -one, 4},
		{"transposed", 0, one, one, 0, 5},
		{"transposed along the other diagonal", 0, -one, -one, 0, 7},
		{"enlarged and turned by 90", 0, 3 * one, -2 * one, 0, 6},
		{"turned by 80", 11380, 64540, -64540, 11380, 6},
		{"nothing", 0, 0, 0, 0, 1},
		{"the least numbers there are", math.MinInt32, 0, 0, math.MinInt32, 3},
	} {
		if got := orientationOf(c.a, c.b, c.c, c.d); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestDamageErrorTellsCountsAndPlace(t *testing.T) {
	t.Parallel()
	cause := errors.New("reading ended early: libav: Invalid data found when processing input")
	for want, e := range map[string]*DamageError{
		"damaged: packets that did not decode: 1,200; the first at 0.040 s":                                              {Packets: 1200, First: 0.04},
		"damaged: frames with concealed errors: 2; reading ended early: libav: Invalid data found when processing input": {Frames: 2, First: math.NaN(), Ended: cause},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if Damage(errors.Join(errors.New("other"), e)) != e {
			t.Error("not found in a chain")
		}
	}
}

// Playlists are known to pipeline.Sniff and must never get a demuxer; nor may a demuxer that opens others by name.
func TestNoDemuxerOpensFurtherFiles(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"hls", "ffconcat", "zip", "pdf", "", "dash", "concat"} {
		if Demuxable(format) {
			t.Errorf("format %q has a demuxer", format)
		}
	}
	for _, name := range strings.Split(formatWhitelist, ",") {
		switch name {
		case "hls", "applehttp", "dash", "concat", "image2", "imf", "sdp", "rtsp", "rtp", "webm_dash_manifest", "tee":
			t.Errorf("%s is whitelisted", name)
		}
	}
	for format, name := range demuxers {
		if _, ok := pipeline.FormatNamed(format); !ok {
			t.Errorf("%q is no format of pipeline.Sniff", format)
		}
		if !strings.Contains(","+formatWhitelist+",", ","+name+",") {
			t.Errorf("demuxer %s of %s is not whitelisted", name, format)
		}
	}
}
