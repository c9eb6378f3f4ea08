package exif

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dokaz/pipeline"
)

var parityAll = flag.Bool("parity", false, "print every field of ExifTool that differs, with the reason where one is known")

// The least share of ExifTool's fields that our own reading finds, in percent, by kind of metadata.
var parityFloor = map[string]float64{"Exif": 99, "XMP": 98, "IPTC": 98, "MakerNotes": 40, "key": 100}

// keyTags are the fields that reports lean on most (research on forensic metadata: dates with their fractions and zones, device, lens
// and serial numbers, software, size and orientation, place and its time).
var keyTags = []string{
	"IFD0:271", "IFD0:272", "IFD0:274", "IFD0:305", "IFD0:306", "IFD0:315", "IFD0:33432", "ExifIFD:36867", "ExifIFD:36868",
	"ExifIFD:36880", "ExifIFD:36881", "ExifIFD:36882", "ExifIFD:37520", "ExifIFD:37521", "ExifIFD:37522", "ExifIFD:40962",
	"ExifIFD:40963", "ExifIFD:42033", "ExifIFD:42036", "ExifIFD:42016", "GPS:1", "GPS:2", "GPS:3", "GPS:4", "GPS:6", "GPS:7", "GPS:29",
}

// parity is what was counted of one kind of metadata.
type parity struct{ want, found, equal int }

// TestParity asks an installed ExifTool for all it reads of the shared photographs and counts what our own reading finds of it, by
// number or, of XMP and makers' notes, by name too. make parity prints the differences.
func TestParity(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("exiftool")
	if err != nil {
		t.Skip("NOT COMPARED with ExifTool: exiftool is not installed")
	}
	dir := photos(t)
	containers := filepath.Join(filepath.Dir(dir), "containers")
	out, _ := exec.Command(tool, "-j", "-n", "-a", "-G0:1", "-D", "-r", "-ext", "jpg", "-ext", "heic", "-ext", "avif", "-ext", "webp", "-ext", "png", "-ext", "tif", dir, containers).Output()
	var expected []map[string]any
	if err := json.Unmarshal(out, &expected); err != nil { // it exits with 1 where a file has a fault
		t.Fatalf("exiftool: %v", err)
	}
	counts, places := map[string]*parity{}, 0
	for _, kind := range []string{"Exif", "XMP", "IPTC", "MakerNotes", "key"} {
		counts[kind] = &parity{}
	}
	for _, e := range expected {
		name := e["SourceFile"].(string)
		got := readFile(t, name)
		places += inFile(t, name, got)
		score(t, counts, strings.TrimPrefix(name, filepath.Dir(dir)+"/"), got, e)
	}
	t.Logf("%d files; %d fields with a place within the file", len(expected), places)
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		c := counts[kind]
		percent := 100 * float64(c.found) / float64(max(c.want, 1))
		t.Logf("%-10s %5d of %5d found, %.2f %%; %d of them equal", kind, c.found, c.want, percent, c.equal)
		if c.want == 0 || percent < parityFloor[kind] {
			t.Errorf("%s: %.2f %% of ExifTool's fields, want at least %g %%", kind, percent, parityFloor[kind])
		}
	}
}

// inFile checks that every field of our own says a place within the file, and that its text, where it is plain ASCII, stands there:
// a value that is not in the file would be made up.
func inFile(t *testing.T, name string, got said) (n int) {
	t.Helper()
	raw := readAll(t, name)
	for i, f := range got.facts {
		tag, ok := f.(pipeline.Tag)
		if !ok || tag.Reader != readerOwn {
			continue
		}
		w := got.places[i]
		if w.Offset == nil || *w.Offset < 0 || *w.Offset+w.Length > int64(len(raw)) {
			t.Errorf("%s %s:%s %s: place %+v", name, tag.Group, tag.ID, tag.Name, w)
			continue
		}
		n++
		if there := string(raw[*w.Offset : *w.Offset+w.Length]); tag.Type == "ASCII" && tag.Note == "" && !tag.Cut && !strings.Contains(there, tag.Value) {
			t.Errorf("%s %s:%s: %q is not at byte %d", name, tag.Group, tag.Name, tag.Value, *w.Offset)
		}
	}
	return n
}

// score compares one file.
func score(t *testing.T, counts map[string]*parity, name string, got said, expected map[string]any) {
	t.Helper()
	own := map[string][]string{}
	for _, f := range got.facts {
		if tag, ok := f.(pipeline.Tag); ok && tag.Reader == readerOwn {
			for _, k := range []string{tag.Group + ":" + tag.ID, tag.Group + ":" + strings.ToLower(tag.Name)} {
				own[k] = append(own[k], tag.Value)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(expected)) {
		parts := strings.Split(k, ":")
		if len(parts) == 2 { // it writes equal groups once
			parts = []string{parts[0], parts[0], parts[1]}
		}
		tag, ok := expected[k].(map[string]any)
		if len(parts) < 3 || !ok || fmt.Sprint(tag["id"]) == "Exif-ThumbnailImage" { // made of two fields, which are counted
			continue
		}
		kind, group, id := parts[0], parts[1], fmt.Sprint(tag["id"])
		keys := []string{group + ":" + id, group + ":" + strings.ToLower(parts[2])}
		switch kind {
		case "EXIF":
			kind = "Exif"
			keys = keys[:1]
		case "IPTC":
			keys = []string{"IPTC:2:" + id}
			if slices.Contains([]string{"CodedCharacterSet", "EnvelopeRecordVersion"}, parts[2]) {
				keys = []string{"IPTC:1:" + id}
			}
		case "XMP":
			prefix := strings.TrimPrefix(group, "XMP-")
			if alias := map[string]string{"microsoft": "MicrosoftPhoto", "GContainer": "Container"}[prefix]; alias != "" {
				prefix = alias
			}
			_, local, _ := strings.Cut(":"+id, ":")
			local = local[strings.LastIndexByte(local, ':')+1:]
			keys = []string{prefix + ":" + strings.ToLower(local)}
		case "MakerNotes": // its numbers of elements are those of other fields: of Canon, names alone tell
			keys = []string{keys[1], keys[0]}
			if strings.HasPrefix(group, "Canon") {
				keys = keys[:1]
			}
		default:
			continue
		}
		kinds := []string{kind}
		if slices.Contains(keyTags, keys[0]) && kind == "Exif" {
			kinds = append(kinds, "key")
		}
		var values []string
		for _, k := range keys {
			if values = own[k]; values != nil {
				break
			}
		}
		equal := slices.ContainsFunc(values, func(v string) bool { return sameAsExiftool(group+":"+parts[2], v, tag["val"]) }) || sameList(values, tag["val"])
		for _, of := range kinds {
			c := counts[of]
			c.want++
			if values != nil {
				c.found++
			}
			if equal {
				c.equal++
			}
		}
		if *parityAll && !equal {
			t.Logf("%s: %s (%v): exiftool %.60q, ours %.60q", name, k, id, fmt.Sprint(tag["val"]), strings.Join(values, " | "))
		}
	}
}

// sameList compares lists, and texts after what ExifTool's -n changes in them: the separators of dates, True for 1.
func sameList(own []string, want any) bool {
	var list []string
	if items, ok := want.([]any); ok {
		for _, v := range items {
			list = append(list, plainText(v))
		}
	} else {
		list = []string{plainText(want)}
	}
	if len(own) < len(list) {
		return false
	}
	for i, w := range list {
		o := plainText(own[i])
		if denote(o) != denote(w) && !(len(list) == 1 && slices.ContainsFunc(own, func(v string) bool { return denote(plainText(v)) == denote(w) })) {
			return false
		}
	}
	return true
}

// isoClock is what lies between date and time in XMP, where ExifTool has a blank.
var isoClock = regexp.MustCompile(`(\d\d)T(\d\d)`)

func plainText(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case string:
		if v == "True" || v == "False" {
			return strings.ToLower(v)
		}
		return isoClock.ReplaceAllString(v, "$1 $2")
	}
	return fmt.Sprint(v)
}
