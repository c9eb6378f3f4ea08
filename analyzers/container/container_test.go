//go:build libav

package container

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dokaz/analyzers/internal/libav"
	"dokaz/analyzers/internal/libav/avitest"
	"dokaz/fixtures"
	"dokaz/pipeline"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

func read(data []byte) (s said, err error) {
	f, _ := pipeline.Sniff(data[:min(len(data), pipeline.SniffLength)])
	it := pipeline.Item{Kind: f.Kind, Format: f.Name, Size: int64(len(data))}
	err = New().Read(context.Background(), it, original{bytes.NewReader(data)}, s.say)
	return s, err
}

// probed is what the program ffprobe, of another version, says of a file.
type probed struct {
	Format struct {
		Name     string            `json:"format_name"`
		Duration string            `json:"duration"`
		Start    string            `json:"start_time"`
		BitRate  string            `json:"bit_rate"`
		Tags     map[string]string `json:"tags"`
	} `json:"format"`
	Streams []struct {
		Index    int               `json:"index"`
		Type     string            `json:"codec_type"`
		Codec    string            `json:"codec_name"`
		Tag      string            `json:"codec_tag_string"`
		Width    int               `json:"width"`
		Height   int               `json:"height"`
		Pixels   string            `json:"pix_fmt"`
		Rate     string            `json:"r_frame_rate"`
		Average  string            `json:"avg_frame_rate"`
		Samples  string            `json:"sample_rate"`
		Channels int               `json:"channels"`
		Frames   string            `json:"nb_frames"`
		Start    string            `json:"start_time"`
		Length   string            `json:"duration"`
		Tags     map[string]string `json:"tags"`
		SideData []struct {
			Rotation int `json:"rotation"`
		} `json:"side_data_list"`
	} `json:"streams"`
}

func TestFactsAgreeWithFFprobe(t *testing.T) {
	t.Parallel()
	dir := fixtures.SharedMedia(t)
	text, err := os.ReadFile(filepath.Join(dir, "ffprobe-expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]probed
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for name, want := range expected {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || len(want.Streams) == 0 || strings.HasPrefix(name, "robustness/") {
			continue
		}
		if f, _ := pipeline.Sniff(data[:min(len(data), pipeline.SniffLength)]); f.Kind != pipeline.Video && f.Kind != pipeline.Audio {
			continue
		}
		compared++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := read(data)
			if err != nil && libav.Damage(err) == nil {
				t.Fatal(err)
			}
			agree(t, s, want)
		})
	}
	if compared < 20 {
		t.Errorf("only %d files were compared", compared)
	}
}

func agree(t *testing.T, s said, want probed) {
	t.Helper()
	c := of[pipeline.Container](s)[0]
	longest := want.Format.Duration
	for _, w := range want.Streams {
		if w.Length == strconv.FormatFloat(c.Duration, 'f', 6, 64) {
			longest = w.Length
		}
	}
	near(t, "duration", c.Duration, longest)
	near(t, "start", c.Start, want.Format.Start)
	streams := of[pipeline.Stream](s)
	if len(streams) != len(want.Streams) {
		t.Fatalf("%d streams, ffprobe has %d", len(streams), len(want.Streams))
	}
	tags := map[string]string{}
	for _, tag := range of[pipeline.Tag](s) {
		tags[tag.Group+":"+tag.Name] = tag.Value
	}
	for key, value := range want.Format.Tags {
		if got, ok := tags["format:"+key]; !ok || got != value {
			t.Errorf("format tag %s is %q, ffprobe has %q", key, got, value)
		}
	}
	for i, w := range want.Streams {
		got := streams[i]
		rotation := 0
		for _, d := range w.SideData {
			rotation = ((-d.Rotation)%360 + 360) % 360
		}
		samples, _ := strconv.Atoi(w.Samples)
		frames, _ := strconv.ParseInt(w.Frames, 10, 64)
		expect := pipeline.Stream{
			Index: w.Index, Type: w.Type, Codec: w.Codec, Width: w.Width, Height: w.Height, PixelFormat: w.Pixels, FrameRate: w.Rate, AverageRate: w.Average,
			Rotation: rotation, SampleRate: samples, Channels: w.Channels, Frames: frames, Language: w.Tags["language"], Handler: w.Tags["handler_name"],
		}
		if expect.FrameRate == "0/0" || w.Type != "video" {
			expect.FrameRate = ""
		}
		if expect.AverageRate == "0/0" || w.Type != "video" {
			expect.AverageRate = ""
		}
		if expect.Codec == "" { // the older version does not know the codec
			expect.Codec = got.Codec
		}
		have := pipeline.Stream{
			Index: got.Index, Type: got.Type, Codec: got.Codec, Width: got.Width, Height: got.Height, PixelFormat: got.PixelFormat, FrameRate: got.FrameRate, AverageRate: got.AverageRate,
			Rotation: got.Rotation, SampleRate: got.SampleRate, Channels: got.Channels, Frames: got.Frames, Language: got.Language, Handler: got.Handler,
		}
		if d := cmp.Diff(expect, have); d != "" {
			t.Errorf("stream %d (-ffprobe +ours):\n%s", i, d)
		}
		if w.Tag != "[0][0][0][0]" && w.Tag != "" && got.CodecTag != w.Tag {
			t.Errorf("stream %d: codec tag %q, ffprobe has %q", i, got.CodecTag, w.Tag)
		}
		near(t, "stream duration", got.Duration, w.Length)
		near(t, "stream start", got.Start, w.Start)
	}
}

// near compares seconds. Versions differ in whose duration stands for the file (the header's or the longest stream's); the
// older one multiplies that of fragmented files to days.
func near(t *testing.T, what string, got float64, text string) {
	t.Helper()
	want, err := strconv.ParseFloat(text, 64)
	if err == nil && want < 86400 && math.Abs(got-want) > 0.05 {
		t.Errorf("%s is %v, ffprobe has %v", what, got, want)
	}
}

func film(rate int, n int) avitest.File {
	f := avitest.File{Width: 32, Height: 16, Rate: rate, FourCC: "MJPG", Info: map[string]string{"ISFT": "Recorder 1.0"}}
	for i := range n {
		f.Frames = append(f.Frames, avitest.Grey(32, 16, uint8(i)))
	}
	return f
}

func TestFactsOfAFilm(t *testing.T) {
	t.Parallel()
	s, err := read(film(10, 4).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range s.facts { // what rests on the size of the coded frames is not this test's
		switch f := f.(type) {
		case pipeline.Container:
			f.BitRate = 0
			s.facts[i] = f
		case pipeline.Stream:
			f.BitRate = 0
			s.facts[i] = f
		case pipeline.CodedDigest:
			f.Digest, f.Bytes = pipeline.Digest{}, 0
			s.facts[i] = f
		}
	}
	want := []pipeline.Fact{
		pipeline.Container{Format: "avi", Duration: 0.4},
		pipeline.Tag{Reader: "libav", Group: "format", Name: "software", Value: "Recorder 1.0"},
		pipeline.EncoderTrace{Source: "format:software", Value: "Recorder 1.0"},
		pipeline.Stream{
			Index: 0, Type: "video", Codec: "mjpeg", Profile: "Baseline", CodecTag: "MJPG", Width: 32, Height: 16, PixelFormat: "yuvj420p",
			FrameRate: "10/1", AverageRate: "10/1", Duration: 0.4, Frames: 4, Packets: 4, Keyframes: 4, Decodable: true,
		},
		pipeline.Keyframes{Stream: 0, Times: []float64{0, 0.1, 0.2, 0.3}},
		pipeline.CodedDigest{Algorithm: CodedAlgorithm, Codec: "mjpeg", Packets: 4},
	}
	if d := cmp.Diff(want, s.facts); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The packets of a file whose end was cut off stop before its header says.
func TestTruncatedFilm(t *testing.T) {
	t.Parallel()
	whole := film(1, 20).Bytes()
	s, err := read(whole[:len(whole)/2])
	extents := of[pipeline.Extent](s)
	if len(extents) != 1 || extents[0].What != "truncated" || !strings.Contains(extents[0].Note, "of 20 frames stated") {
		t.Errorf("extents %+v, %v", extents, err)
	}
	if n := of[pipeline.Stream](s); len(n) != 1 || n[0].Packets < 5 || n[0].Packets > 12 {
		t.Errorf("streams %+v", n)
	}
}

// A phone's clip of which the last part is missing: the box says how much, what is there is said, the error comes.
func TestTruncatedClip(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), "video-scenes", "VID_20191220_170832.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	cut := len(data) * 6 / 10
	s, err := read(data[:cut])
	if libav.Damage(err) == nil {
		t.Errorf("error %v", err)
	}
	extents := of[pipeline.Extent](s)
	if len(extents) != 1 || extents[0].Length != int64(len(data)-cut) || *s.where[0].Offset != int64(cut) {
		t.Errorf("extents %+v", extents)
	}
	if len(of[pipeline.Stream](s)) == 0 || len(of[pipeline.Keyframes](s)) == 0 {
		t.Error("streams or keyframes are missing")
	}
	index, err := read(append([]byte{}, data[:1000]...)) // not even the index is whole
	if err == nil || len(of[pipeline.Extent](index)) != 1 {
		t.Errorf("%d facts, %v", len(index.facts), err)
	}
}

// Equal bytes give equal facts.
func TestReadingTwiceSaysTheSame(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(fixtures.SharedMedia(t), "containers", "exoplayer-mp4", "sample_with_color_info.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	a, errA := read(data)
	b, errB := read(data)
	if d := cmp.Diff(a.facts, b.facts); d != "" || (errA == nil) != (errB == nil) {
		t.Error(d)
	}
}
