package wire

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// house opens a case of its own with settings.
func house(t *testing.T, settings map[string]string) *House {
	t.Helper()
	settings["case"], settings["workers"] = filepath.Join(t.TempDir(), "case"), "1"
	c, _, err := LoadConfig(settings)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), c, Toil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// camera writes a picture whose Exif says Model "Camera".
func camera(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x10\x00\x02\x00\x00\x00\x07\x00\x00\x00\x1a\x00\x00\x00\x00Camera\x00"
	all := slices.Concat([]byte("\xff\xd8\xff\xe1\x00"), []byte{byte(len(exif) + 2)}, []byte(exif), b.Bytes()[2:])
	name := filepath.Join(t.TempDir(), "camera.jpg")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// heard is what an inspection of that picture has of the further readers: their outcome, and ExifTool's Model.
func heard(t *testing.T, h *House, name string) (out pipeline.Outcome, model string) {
	t.Helper()
	s, err := h.Inspect(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Examination.Measurements {
		if f, ok := m.Fact.(pipeline.Tag); ok && f.Reader == "exiftool" && f.Name == "Model" && m.Where.Offset != nil {
			model = f.Value
		}
	}
	for _, o := range s.Examination.Outcomes {
		if o.By.Analyzer == "readers" {
			out = o
		}
	}
	return out, model
}

func TestAnInstalledExifToolIsAskedWithinWalls(t *testing.T) {
	t.Parallel()
	version, err := exec.Command("exiftool", "-ver").Output()
	if err != nil {
		t.Skip("NOT TRIED: exiftool is not installed")
	}
	h := house(t, map[string]string{"exiftool": "auto"})
	name := camera(t)
	for range 3 { // one process answers several times
		out, model := heard(t, h, name)
		want := "exiftool " + strings.TrimSpace(string(version)) + ";"
		if out.Status != pipeline.Done || model != "Camera" || !strings.HasPrefix(out.By.Parameters, want) {
			t.Errorf("%s %q by %q, model %q", out.Status, out.Reason, out.By.Parameters, model)
		}
	}
}

func TestAnAbsentExifToolIsNoFault(t *testing.T) {
	t.Parallel()
	out, model := heard(t, house(t, map[string]string{"exiftool": "off"}), camera(t))
	if out.Status != pipeline.Done || model != "" || !strings.HasPrefix(out.By.Parameters, "exiftool: switched off;") {
		t.Errorf("%s %q by %q, model %q", out.Status, out.Reason, out.By.Parameters, model)
	}
}

// script writes a program that looks like ExifTool's to Dokaz.
func script(t *testing.T, does string) string {
	t.Helper()
	if _, err := os.Stat("/usr/bin/perl"); err != nil {
		t.Skip("NOT TRIED: no Perl")
	}
	name := filepath.Join(t.TempDir(), "exiftool")
	text := fmt.Sprintf("#!/usr/bin/perl -w\nmy $version = '99.01';\n$| = 1;\n%s\n", does)
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
	for dir := filepath.Dir(name); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) { // the user that runs it is another
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // as above
			t.Fatal(err)
		}
	}
	return name
}

func TestAnExifToolThatGoesWrongIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ does, want string }{
		"hangs":  {"while (1) {}", "exiftool 99.01: no answer: killed: wall clock 1 s"},
		"dies":   {"<STDIN>; exit 7;", "exiftool 99.01: no answer: it ended: exit status 7"},
		"raves":  {`while (<STDIN>) { print "no JSON\n{ready}\n" if /execute/ }`, "exiftool's answer is not of the form asked for"},
		"spills": {`print "x" x 1000, "\n" while 1;`, "exiftool 99.01: no answer: an answer of more than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house(t, map[string]string{"exiftool": script(t, c.does)})
			h.exiftool.program.Wall = time.Second
			out, _ := heard(t, h, camera(t))
			if out.Status != pipeline.Failed || !strings.HasPrefix(out.Reason, c.want) {
				t.Errorf("%s %q, want failed %q", out.Status, out.Reason, c.want)
			}
		})
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.pem")
	if err := os.WriteFile(list, []byte("no list"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Config{{Trust: "/nowhere.pem"}, {Trust: list}, {ExifTool: "/nowhere/exiftool"}, {ExifTool: list}} {
		if _, _, err := settingsOf(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if s, e, err := settingsOf(Config{ExifTool: "off"}); err != nil || e != nil || s.ExifTool.Version != "" {
		t.Errorf("%+v %+v %v", s, e, err)
	}
}

// A list set by configuration reaches the child: it stands in the parameters of what was measured there.
func TestATrustListReachesTheChild(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.json")
	text := []byte(`{"name":"of this case","date":"2026-01-02","signers":[]}`)
	if err := os.WriteFile(list, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := house(t, map[string]string{"exiftool": "off", "trust": list}).Inspect(t.Context(), camera(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Examination.Outcomes {
		if want := "of this case, 2026-01-02, certificates: 0, sha256:" + pipeline.DigestOf(text).Hex(); o.By.Analyzer == "c2pa" && !strings.Contains(o.By.Parameters, want) {
			t.Errorf("%q does not name %q", o.By.Parameters, want)
		}
	}
}
