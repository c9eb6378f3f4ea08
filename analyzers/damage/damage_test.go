//go:build libav

package damage

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"dokaz/analyzers/container"
	"dokaz/analyzers/media"
	"dokaz/analyzers/sound"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// examined is what is said of the damage of a file, by what is counted; several streams of one kind are added up.
func examined(t *testing.T, kind pipeline.Kind, format string, data []byte) map[string]pipeline.Damage {
	t.Helper()
	out := map[string]pipeline.Damage{}
	say := func(_ pipeline.Where, f pipeline.Fact) {
		if d, ok := f.(pipeline.Damage); ok {
			d.Missing += out[d.Of].Missing
			out[d.Of] = d
		}
	}
	it := pipeline.Item{Kind: kind, Format: format, Size: int64(len(data))}
	var w pipeline.Watch
	err := media.New().Project(t.Context(), it, held{bytes.NewReader(data)},
		func(s pipeline.Footage) (err error) { w, err = New().Watch(it, s, say); return err },
		func(f pipeline.Frame) error { return w.Frame(t.Context(), f) })
	if w == nil {
		t.Fatalf("nothing was shown: %v", err)
	}
	if err := w.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kind == pipeline.Video {
		_ = sound.New().Read(t.Context(), it, held{bytes.NewReader(data)}, say)     // damage is an error, too
		_ = container.New().Read(t.Context(), it, held{bytes.NewReader(data)}, say) // as above
	}
	return out
}

// packet is what ffprobe says of one.
type packet struct {
	Pos, Size int64
	PTS       float64
	Stream    int
}

// probed asks ffprobe, another build of another version, for frames that decode and for packets.
func probed(t *testing.T, data []byte) (frames int64, packets []packet) {
	t.Helper()
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("SKIPPED, NOT PASSED: no ffprobe")
	}
	at := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(at, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "quiet", "-count_frames", "-show_streams", "-show_packets", "-of", "json", at).Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Streams []struct {
			Type string `json:"codec_type"`
			Read string `json:"nb_read_frames"`
		} `json:"streams"`
		Packets []struct {
			Stream int    `json:"stream_index"`
			Time   string `json:"pts_time"`
			Pos    string `json:"pos"`
			Size   string `json:"size"`
		} `json:"packets"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		t.Fatal(err)
	}
	for _, s := range said.Streams {
		if s.Type == "video" {
			frames, _ = strconv.ParseInt(s.Read, 10, 64)
		}
	}
	for _, p := range said.Packets {
		pos, _ := strconv.ParseInt(p.Pos, 10, 64)
		size, _ := strconv.ParseInt(p.Size, 10, 64)
		at, _ := strconv.ParseFloat(p.Time, 64)
		packets = append(packets, packet{pos, size, at, p.Stream})
	}
	return frames, packets
}

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestFilmsCutAtKnownPlaces cuts a film behind its index and holds what is said against what was cut and against ffprobe.
func TestFilmsCutAtKnownPlaces(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(fixtures.Path(t, "test", "river.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	if d := examined(t, pipeline.Video, "mp4", whole); len(d) > 0 {
		t.Errorf("of the whole film: %+v", d)
	}
	all, packets := probed(t, whole)
	end, length := int64(0), 0.0
	for _, p := range packets {
		end, length = max(end, p.Pos+p.Size), max(length, p.PTS)
	}
	for _, share := range []float64{0.3, 0.6, 0.9} {
		cut := whole[:int(share*float64(len(whole)))]
		want, read := probed(t, cut)
		got := examined(t, pipeline.Video, "mp4", cut)
		sound := 0.0
		for _, p := range read {
			if p.Stream == 1 {
				sound = max(sound, p.PTS)
			}
		}
		if d := got["frames"]; d.Stated != all || !near(float64(d.Read), float64(want), 2) || d.Until <= 0 || d.Until >= d.Duration {
			t.Errorf("%v: %+v, ffprobe decodes %d of %d frames", share, d, want, all)
		}
		if d := got["samples"]; d.Missing != end-int64(len(cut)) || d.Missing == 0 {
			t.Errorf("%v: %d bytes are missing, %d were cut off behind the last sample", share, d.Missing, end-int64(len(cut)))
		}
		if d, told := got["packets"]; told && !near(d.Until, sound, 0.1) || !told && length-sound > 2.5 { // two seconds are no damage
			t.Errorf("%v: sound until %v s, ffprobe's last packet is at %v s of %v s", share, d.Until, sound, length)
		}
	}
}

// TestErrorsAreToldByTime overwrites the pictures of one second.
func TestErrorsAreToldByTime(t *testing.T) {
	t.Parallel()
	film, err := os.ReadFile(fixtures.Path(t, "test", "river.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	_, packets := probed(t, film)
	from, to := 2.0, 3.0
	for _, p := range packets {
		if p.Stream == 0 && p.PTS >= from && p.PTS < to {
			clear(film[p.Pos : p.Pos+p.Size])
		}
	}
	d := examined(t, pipeline.Video, "mp4", film)["frames"]
	if d.Errors == 0 || len(d.Times) < 2 || d.Times[0] < from-0.5 || d.Times[0] > to {
		t.Errorf("%+v", d)
	}
	if d.Missing != 0 || d.Stated <= d.Read {
		t.Errorf("%+v", d)
	}
}

// TestPhotosCutAtKnownPlaces counts the rows that a cut photograph still shows as the whole one does.
func TestPhotosCutAtKnownPlaces(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]string{"square-bare.jpg": "jpeg", "page-b.png": "png"} {
		whole, err := os.ReadFile(fixtures.Path(t, "test", name))
		if err != nil {
			t.Fatal(err)
		}
		if d := examined(t, pipeline.Photo, format, whole); len(d) > 0 {
			t.Errorf("of the whole %s: %+v", name, d)
		}
		want := shown(t, format, whole)
		for _, share := range []float64{0.3, 0.5, 0.8} {
			cut := whole[:int(share*float64(len(whole)))]
			same := alike(want, shown(t, format, cut))
			d, ok := examined(t, pipeline.Photo, format, cut)["rows"]
			if !ok || d.Stated != int64(want.Bounds().Dy()) || d.Read >= d.Stated || !near(float64(d.Read), float64(same), 16) {
				t.Errorf("%s cut at %v: %+v; %d rows are as in the whole", name, share, d, same)
			}
		}
	}
}

func shown(t *testing.T, format string, data []byte) (img image.Image) {
	t.Helper()
	err := media.New().Project(t.Context(), pipeline.Item{Kind: pipeline.Photo, Format: format, Size: int64(len(data))}, held{bytes.NewReader(data)},
		func(pipeline.Footage) error { return nil }, func(f pipeline.Frame) error { img = f.Picture; return nil })
	if img == nil {
		t.Fatalf("%s of %d bytes is not shown: %v", format, len(data), err)
	}
	return img
}

// alike counts the rows from the top in which two pictures are the same.
func alike(a, b image.Image) int {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return y
			}
		}
	}
	return r.Dy()
}
