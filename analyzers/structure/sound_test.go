package structure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// recorded makes a file with ffmpeg, or skips.
func recorded(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("NOT COMPARED: ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), name)
	args = slices.Concat([]string{"-nostdin", "-v", "error"}, args, []string{path})
	if said, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, said)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// values are what is said of a file: tags by "group:name", values of pieces by "path.name".
func values(where []pipeline.Where, facts []pipeline.Fact) map[string][]string {
	out := map[string][]string{}
	for i, f := range facts {
		switch f := f.(type) {
		case pipeline.Tag:
			out[f.Group+":"+f.Name] = append(out[f.Group+":"+f.Name], f.Value)
		case pipeline.Piece:
			for _, x := range f.Fields {
				out[where[i].Path+"."+x.Name] = append(out[where[i].Path+"."+x.Name], x.Value)
			}
			if f.Note != "" {
				out[where[i].Path+" note"] = []string{f.Note}
			}
		case pipeline.EncoderTrace:
			out["trace "+f.Source] = append(out["trace "+f.Source], f.Value)
		}
	}
	return out
}

// inPlace checks that each text that a tag says stands at its place, byte for byte, unless it is UTF-16.
func inPlace(t *testing.T, b []byte, where []pipeline.Where, facts []pipeline.Fact) {
	t.Helper()
	for i, f := range facts {
		tag, ok := f.(pipeline.Tag)
		if !ok {
			continue
		}
		w := where[i]
		if w.Offset == nil || *w.Offset+w.Length > int64(len(b)) {
			t.Errorf("%s: place %+v", tag.Name, w)
			continue
		}
		there := b[*w.Offset : *w.Offset+w.Length]
		if !bytes.Contains(there, []byte(tag.Value)) && !strings.HasPrefix(string(there), "\x01\xff\xfe") {
			t.Errorf("%s:%s: %q is not at byte %d", tag.Group, tag.Name, tag.Value, *w.Offset)
		}
	}
}

var soundArgs = []string{"-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-metadata", "title=Плошча", "-metadata", "artist=Somebody", "-metadata", "comment=a note", "-metadata", "date=2020-08-10"}

// TestSoundAgainstExifTool: every comment and tag that ExifTool reads is read, with its value, and what it says of the first frame or of the stream.
func TestSoundAgainstExifTool(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("exiftool"); err != nil {
		t.Skip("NOT COMPARED: exiftool is not installed")
	}
	files := map[string][]byte{}
	for name, coder := range map[string][]string{
		"made.flac": {"-c:a", "flac"}, "made.ogg": {"-c:a", "libvorbis"}, "made.opus": {"-c:a", "libopus"},
		"made3.mp3": {"-id3v2_version", "3", "-write_id3v1", "1"}, "made4.mp3": {"-id3v2_version", "4", "-q:a", "3"},
	} {
		files[name] = recorded(t, name, slices.Concat(soundArgs, coder)...)
	}
	shared, err := filepath.Glob(filepath.Join(fixtures.SharedMedia(t), "audio-neardup", "*.[mo][pg][3g]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range shared {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	// What ExifTool calls what stands elsewhere here.
	fields := map[string]string{
		"MPEG:SampleRate": "frame.sample rate", "MPEG:AudioBitrate": "frame.bit rate", "MPEG:AudioLayer": "frame.layer", "MPEG:Encoder": "frame/Info.encoder", "MPEG:VBRFrames": "frame/Xing.frames",
		"FLAC:SampleRate": "STREAMINFO.sample rate", "FLAC:Channels": "STREAMINFO.channels", "FLAC:BitsPerSample": "STREAMINFO.bits per sample", "FLAC:TotalSamples": "STREAMINFO.samples",
		"FLAC:MD5Signature": "STREAMINFO.MD5 of the samples", "Vorbis:SampleRate": "stream/page[0].sample rate", "Vorbis:AudioChannels": "stream/page[0].channels", "Vorbis:NominalBitrate": "stream/page[0].nominal bit rate",
		"Opus:AudioChannels": "stream/page[0].channels", "Opus:SampleRate": "stream/page[0].input sample rate",
	}
	compared := 0
	for name, b := range files {
		where, facts := factsOf(t, b)
		inPlace(t, b, where, facts)
		ours := values(where, facts)
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		out, _ := exec.CommandContext(t.Context(), "exiftool", "-j", "-G0:1", path).Output()
		var theirs []map[string]any
		if err := json.Unmarshal(out, &theirs); err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(slices.Collect(mapValues(ours))...)
		for key, v := range theirs[0] {
			want := strings.TrimSuffix(fmt.Sprint(v), "\x00")
			if n, ok := strings.CutSuffix(want, " kbps"); ok {
				want = n + "000"
			}
			group, last, ok := strings.Cut(key, ":")
			if !ok {
				continue
			}
			last = last[strings.LastIndexByte(last, ':')+1:]
			switch field, known := fields[group+":"+last]; {
			case known:
				got := slices.Concat(ours[field], ours[strings.Replace(field, "/Info", "/Xing", 1)])
				if len(got) == 0 || got[0] != want {
					t.Errorf("%s: %s is %v, ExifTool has %s", name, field, got, want)
				}
			case want == "", strings.HasPrefix(key, "ID3:ID3v1:Title"): // of UTF-8, which ExifTool takes for Latin-1
				continue
			case (group == "Vorbis" || group == "ID3") && !slices.Contains([]string{"VorbisVersion", "MaximumBitrate", "MinimumBitrate", "Genre", "ID3Size"}, last):
				want = strings.NewReplacer("2020:08:10", "2020-08-10", "(comment) ", "").Replace(want)
				if !slices.ContainsFunc(all, func(s string) bool { return strings.TrimSpace(s) == strings.TrimSpace(want) }) {
					t.Errorf("%s: %s = %q is not said", name, key, want)
				}
			default:
				continue
			}
			compared++
		}
	}
	t.Logf("%d files, %d fields", len(files), compared)
	if compared < 60 {
		t.Errorf("only %d fields compared", compared)
	}
}

func mapValues(m map[string][]string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// TestTransportAgainstFFprobe: streams by number and kind, clocks, and what is lost when packets are.
func TestTransportAgainstFFprobe(t *testing.T) {
	t.Parallel()
	args := []string{"-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=3", "-f", "lavfi", "-i", "sine=duration=3", "-c:v", "libx264", "-c:a", "aac", "-metadata", "service_provider=Somebody", "-metadata", "service_name=Плошча"}
	b := recorded(t, "made.ts", args...)
	where, facts := factsOf(t, b)
	got := values(where, facts)
	path := filepath.Join(t.TempDir(), "made.ts")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_streams", "-show_programs", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Streams []struct {
			ID  string `json:"id"`
			Tag string `json:"codec_tag"`
		} `json:"streams"`
		Programs []struct {
			ID  int `json:"program_id"`
			PMT int `json:"pmt_pid"`
			PCR int `json:"pcr_pid"`
		} `json:"programs"`
	}
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Streams) != 2 || len(want.Programs) != 1 {
		t.Fatalf("%s", out)
	}
	for _, s := range want.Streams {
		var id, kind int
		if _, err := fmt.Sscanf(s.ID+" "+s.Tag, "0x%x 0x%x", &id, &kind); err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("packets/PMT.stream 0x%04x", id)
		if v := got[key]; len(v) != 1 || !strings.HasPrefix(v[0], fmt.Sprintf("type 0x%02x", kind)) {
			t.Errorf("%s: %v, ffprobe has type 0x%02x", key, v, kind)
		}
	}
	p := want.Programs[0]
	for key, v := range map[string]string{
		fmt.Sprintf("packets/PAT.program %d", p.ID): fmt.Sprintf("PID 0x%04x", p.PMT), "packets/PMT.PCR PID": fmt.Sprintf("0x%04x", p.PCR),
		"packets/SDT.provider": "Somebody", "packets/SDT.name": "Плошча", "packets.packets": fmt.Sprint(len(b) / 188), "trace SDT:service_provider_name": "Somebody",
	} {
		if len(got[key]) == 0 || got[key][0] != v {
			t.Errorf("%s: %v, want %s", key, got[key], v)
		}
	}
	if v := got["trace H.264 SEI user_data_unregistered"]; len(v) == 0 || !strings.HasPrefix(v[0], "x264 - core ") {
		t.Errorf("encoder: %v", v)
	}
	clock := fmt.Sprintf("packets/PID 0x%04x", p.PCR)
	if v := got[clock+".PCR seconds"]; len(v) == 0 || v[0] < "2.5" || v[0] > "3.2" {
		t.Errorf("clock: %v", v)
	}
	for _, key := range []string{clock + " note", "packets note"} {
		if v := got[key]; v != nil {
			t.Errorf("%s: %v", key, v)
		}
	}
	cut := slices.Concat(b[:188*60], b[188*75:])
	if v := values(factsOf(t, cut))[clock+" note"]; len(v) == 0 || !strings.Contains(v[0], "continuity counter jumps") {
		t.Errorf("fifteen packets are missing: %v", v)
	}
	ps := recorded(t, "made.mpg", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=2", "-f", "lavfi", "-i", "sine=duration=2", "-c:v", "mpeg2video", "-c:a", "mp2", "-f", "vob")
	if v := values(factsOf(t, ps)); len(v["packets.stream 0xe0"]) == 0 || len(v["packets.stream 0xc0"]) == 0 || len(v["packets.packs"]) == 0 || v["packets.first SCR"] == nil {
		t.Errorf("program stream: %v", v)
	}
}

// pages of an Ogg file by hand: a stream with one page missing and one whose checksum is wrong.
func TestOggDamageIsTold(t *testing.T) {
	t.Parallel()
	b := recorded(t, "made.opus", slices.Concat(soundArgs, []string{"-c:a", "libopus", "-page_duration", "100000"})...)
	whole := values(factsOf(t, b))
	if v := whole["stream note"]; v != nil {
		t.Errorf("of a whole file: %v", v)
	}
	var at []int
	for i := 0; i < len(b); {
		n, ok := oggPage(b[i:])
		if !ok {
			t.Fatal("no page")
		}
		at = append(at, i)
		i += int(n)
	}
	if len(at) < 6 {
		t.Fatalf("%d pages", len(at))
	}
	if v := values(factsOf(t, slices.Concat(b[:at[3]], b[at[4]:])))["stream note"]; len(v) != 1 || v[0] != "the numbers of its pages jump 1 times" {
		t.Errorf("a page is missing: %v", v)
	}
	wrong := bytes.Clone(b)
	wrong[at[1]+60] ^= 1
	if v := values(factsOf(t, wrong))["stream/page[1] note"]; len(v) != 1 || !strings.HasPrefix(v[0], "the checksum of its bytes is") {
		t.Errorf("a byte is wrong: %v", v)
	}
	if v := values(factsOf(t, b[:at[len(at)-1]]))["stream note"]; len(v) != 1 || v[0] != "no page is marked as its last" {
		t.Errorf("the last page is missing: %v", v)
	}
}

// soundKillers are files that make a careless walker read for ever or keep everything.
func soundKillers() [][]byte {
	id3 := append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), bytes.Repeat([]byte("TXXX\x00\x00\x00\x01\x00\x00\x03"), 20_000)...)
	comments := append([]byte("fLaC\x84\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff"), bytes.Repeat([]byte("\x00\x00\x00\x00"), 1<<18)...)
	pages := bytes.Repeat([]byte("OggS\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 40_000)
	packets := make([]byte, 0, 188*40_000)
	for i := range 40_000 {
		p := bytes.Repeat([]byte{0xff}, 188)
		copy(p, []byte{0x47, 0x40 | byte(i>>8&0x1f), byte(i), 0x10, 0, 2, 0xff, 0xff})
		packets = append(packets, p...)
	}
	packs := bytes.Repeat([]byte("\x00\x00\x01\xba\x44\x00\x04\x00\x04\x01\x00\x00\x03\xf8\x00\x00\x01\xe0\x00\x00"), 40_000)
	tags := bytes.Repeat([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), 40_000)
	blocks := append([]byte("fLaC"), bytes.Repeat([]byte("\x01\x00\x00\x00"), 40_000)...)
	return [][]byte{id3, comments, pages, packets, packs, tags, blocks, []byte("\xff\xfb\x90\x00"), []byte("ID3\x03\x00\x40\x00\x00\x00\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00")}
}

func TestSoundKillers(t *testing.T) {
	t.Parallel()
	for i, b := range soundKillers() {
		n, began := 0, time.Now()
		_ = New().Read(context.Background(), pipeline.Item{}, opened{bytes.NewReader(b)}, func(pipeline.Where, pipeline.Fact) { n++ })
		if took := time.Since(began); took > 10*time.Second || n > pipeline.MaxPieces+maxItemTags+100 {
			t.Errorf("killer %d: %d facts in %s", i, n, took)
		}
	}
}

func FuzzSound(f *testing.F) {
	for _, k := range soundKillers() {
		f.Add(k[:min(len(k), 2000)])
	}
	f.Add([]byte("ID3\x03\x00\x00\x00\x00\x00\x2aTIT2\x00\x00\x00\x07\x00\x00\x01\xff\xfea\x00b\x00APIC\x00\x00\x00\x0d\x00\x00\x00image/jpeg\x00\x03\x00\xff\xd8"))
	f.Add([]byte("ID3\x03\x00\x00\x00\x00\x00\x1aWXXX\x00\x00\x00\x10\x00\x00\x00\xe9\xe9\xe9\xe9\xe9\x00http://\xe9\xe9"))
	f.Add([]byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = New().Read(context.Background(), pipeline.Item{}, opened{bytes.NewReader(b)}, func(w pipeline.Where, f pipeline.Fact) {
			if w.Offset != nil && (*w.Offset < 0 || w.Length < 0 || *w.Offset > int64(len(b))) {
				t.Fatalf("%+v lies at %d, %d bytes", f, *w.Offset, w.Length)
			}
		})
	})
}
