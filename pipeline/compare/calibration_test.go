package compare_test

import (
	"encoding/csv"
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
	"dokaz/pipeline/compare"
)

// published reads the hashes that the public vPDQ program gave for every frame of a video (number, quality, hash,
// seconds), sampled twice a second as ours are.
func published(t *testing.T, file string) pipeline.FrameHashes {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := pipeline.FrameHashes{Algorithm: "pdq", Decoder: "published"}
	next := 0.0
	for _, row := range rows {
		at, errAt := strconv.ParseFloat(row[3], 64)
		quality, errQuality := strconv.Atoi(row[1])
		bits, errBits := pipeline.ParseHash256(row[2])
		if errAt != nil || errQuality != nil || errBits != nil {
			t.Fatalf("%s: %v", file, row)
		}
		if at >= next {
			out.Frames = append(out.Frames, pipeline.HashedFrame{Time: at, Bits: bits, Quality: quality})
			next = math.Floor(2*at)/2 + 0.5
		}
	}
	return out
}

// related is one row of a pairs.csv.
type related struct{ a, b, relation string }

func pairs(t *testing.T, file string) (out []related) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		out = append(out, related{path.Base(r[0]), path.Base(r[1]), r[2]})
	}
	return out
}

// bars reports whether one of the two has black bars and the other has none: no plain copy, every frame is framed anew.
func bars(r related) bool { return strings.Contains(r.a, "no-bar") != strings.Contains(r.b, "no-bar") }

// starts are the offsets in seconds of the clips among the shared videos, as their README gives them.
var starts = map[string]float64{"chair-20": 2.00, "chair-19": 3.75}

func TestCalibrationOnPublishedFrameHashes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "video-neardup")
	prints := map[string]pipeline.Prints{}
	get := func(name string) (pipeline.Prints, bool) {
		file := filepath.Join(dir, "vpdq-expected", strings.TrimSuffix(name, ".mp4")+".txt")
		if _, err := os.Stat(file); err != nil {
			return pipeline.Prints{}, false
		}
		p, ok := prints[name]
		if !ok {
			p = pipeline.Prints{Item: pipeline.DigestOf([]byte(name)), Footage: []pipeline.FrameHashes{published(t, file)}}
			prints[name] = p
		}
		return p, true
	}
	var unrelated, plain, found, confirmed int
	for _, r := range pairs(t, filepath.Join(dir, "pairs.csv")) {
		a, okA := get(r.a)
		b, okB := get(r.b)
		if !okA || !okB {
			continue
		}
		ms := compare.Pair(a, b, compare.Defaults())
		switch {
		case r.relation == "unrelated":
			unrelated++
			if len(ms) != 0 {
				t.Errorf("%s and %s: %+v", r.a, r.b, ms)
			}
			continue
		case bars(r):
			continue
		}
		plain++
		if len(ms) == 0 {
			t.Logf("%s: %s and %s not found", r.relation, r.a, r.b)
			continue
		}
		found++
		if ms[0].Strength == pipeline.Confirmed {
			confirmed++
		}
		if off := offset(ms[0], r.a < r.b == (ms[0].A == a.Item)) - expected(r); math.Abs(off) > 0.5 {
			t.Errorf("%s and %s: offset is off by %.2f s: %+v", r.a, r.b, off, ms[0].Segments)
		}
	}
	t.Logf("%d unrelated pairs, none matched; %d of %d copies and clips found, %d of them confirmed", unrelated, found, plain, confirmed)
	if unrelated < 40 || plain < 25 || found*100 < plain*95 || confirmed*2 < plain {
		t.Errorf("%d unrelated, %d plain, %d found, %d confirmed", unrelated, plain, found, confirmed)
	}
}

// offset is where the first segment of the lesser name lies in the other, seconds.
func offset(m pipeline.Match, inOrder bool) float64 {
	g := m.Segments[0]
	if inOrder {
		return g.BStart - g.AStart
	}
	return g.AStart - g.BStart
}

// expected is the offset that the shared videos' README gives.
func expected(r related) float64 {
	at := func(name string) float64 {
		if i := strings.Index(name, "-sd"); i > 0 {
			return starts[name[:i]]
		}
		return 0
	}
	a, b := r.a, r.b
	if b < a {
		a, b = b, a
	}
	return at(a) - at(b)
}

// The halves of every shared video are other footage of the same place.
func TestTwoHalvesOfAVideoConfirmNothing(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(fixtures.SharedMedia(t), "video-neardup", "vpdq-expected", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		whole := published(t, file)
		half := func(n byte, frames []pipeline.HashedFrame) pipeline.Prints {
			h := whole
			h.Frames = frames
			return pipeline.Prints{Item: item(n), Footage: []pipeline.FrameHashes{h}}
		}
		middle := len(whole.Frames) / 2
		for _, m := range compare.Pair(half(1, whole.Frames[:middle]), half(2, whole.Frames[middle:]), compare.Defaults()) {
			if m.Strength == pipeline.Confirmed {
				t.Errorf("%s: %+v", filepath.Base(file), m)
			}
		}
	}
	if len(files) < 20 {
		t.Errorf("only %d files", len(files))
	}
}
