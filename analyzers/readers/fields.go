package readers

import (
	"embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/pipeline"
)

//go:embed data/*.tsv
var data embed.FS

var table = lexicon.Folder(data)

// exifToolNames are ExifTool's names of fields of boxes and of metadata items; libavKeys what libav's fields are read from.
var (
	exifToolNames = table.Map("exiftool")
	libavSources  = table.Map("libav")
)

// field is one field of our own reading.
type field struct {
	group, id, name, value string
	where                  pipeline.Where
	raw                    bool // bytes that are no text, which each reader shows in its own way
}

// fields are those of our own reading by what identifies them; several of one identity in the order of the file.
type fields struct{ by map[string][]*field }

func (f *fields) at(key string) []*field {
	if key == "" {
		return nil
	}
	return f.by[key]
}

func (f *fields) add(key string, v *field) {
	if f.by == nil {
		f.by = map[string][]*field{}
	}
	f.by[key] = append(f.by[key], v)
}

// take files what one of our own readers says.
func (f *fields) take(w pipeline.Where, fact pipeline.Fact) {
	switch t := fact.(type) {
	case pipeline.Tag:
		f.tag(w, t)
	case pipeline.Piece:
		f.piece(w, t)
	}
}

// tag files a field of metadata: of Exif under directory and number, of IPTC under number, of XMP under prefix and name, of containers under group
// and name.
func (f *fields) tag(w pipeline.Where, t pipeline.Tag) {
	v := &field{t.Group, t.ID, t.Name, t.Value, w, strings.Contains(t.Note, "hex")}
	switch {
	case exifGroup(t.Group):
		f.add("EXIF/"+t.Group+"/"+t.ID, v)
	case t.Group == "IPTC":
		f.add("IPTC/"+t.ID, v)
	default:
		f.add("XMP/"+t.Group+"/"+strings.ToLower(t.Name), v)
		f.add("own/"+t.Group+"/"+t.Name, v)
		name := exifToolNames()[t.Name]
		if name == "" {
			name = t.Name
		}
		f.add("QuickTime/"+t.Group+"/"+name, v)
	}
}

// exifGroup names the directories of Exif that ExifTool shows as they are.
func exifGroup(g string) bool {
	return g == "IFD0" || g == "IFD1" || g == "ExifIFD" || g == "GPS" || g == "InteropIFD"
}

var track = regexp.MustCompile(`^moov/trak(?:\[(\d+)\])?/`)

// piece files the fields of a box under the track it lies in.
func (f *fields) piece(w pipeline.Where, p pipeline.Piece) {
	in := ""
	if m := track.FindStringSubmatch(w.Path); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits, or none, which is the first
		in = "Track" + strconv.Itoa(n+1)
	}
	for _, x := range p.Fields {
		at := x.Offset
		v := &field{group: p.Name, name: x.Name, value: x.Value, where: pipeline.Where{Path: w.Path, Offset: &at, Length: x.Length}}
		f.add(strings.TrimPrefix(in+"/"+p.Name+"."+x.Name, "/"), v)
		name := exifToolNames()[p.Name+"."+x.Name]
		if name == "" {
			continue
		}
		f.add("QuickTime/"+in+"/"+name, v)
	}
}

// libavKey is what a field of libav's is read from: a metadata item of that name, or a field of a box by the table.
func libavKey(t pipeline.Tag) string {
	place, number, _ := strings.Cut(t.Group, ":")
	source := libavSources()[place+":"+t.Name]
	n, err := strconv.Atoi(number)
	switch {
	case source == "" && place == "format" && strings.HasPrefix(t.Name, "com."):
		return "own/Keys/" + t.Name
	case source == "":
		return ""
	case place == "stream" && err == nil && !strings.Contains(source, "/"):
		return fmt.Sprintf("Track%d/%s", n+1, source)
	}
	return source
}
