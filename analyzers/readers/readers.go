package readers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dokaz/pipeline"
)

// ExifTool is what was heard of an installed ExifTool. Whoever lists the analyzers knows which there is; only for the one file that is
// examined Output is set.
type ExifTool struct {
	Version string `json:"version,omitempty"` // "" where it is not asked
	Absent  string `json:"absent,omitempty"`  // why it is not: "not installed", "switched off"
	Output  []byte `json:"output,omitempty"`  // of this file: -j -n -a -G0:1:4 -D
	Failed  string `json:"failed,omitempty"`  // why there is no output
	Refused bool   `json:"refused,omitempty"` // Failed is a limit that was kept
}

// String says which ExifTool was asked, as the analyzer's parameters have it.
func (e ExifTool) String() string {
	if e.Version == "" {
		return "exiftool: " + e.Absent
	}
	return "exiftool " + e.Version
}

// Analyzer compares readers.
type Analyzer struct {
	exiftool ExifTool
	own      []*Ear
	libav    *Ear
}

// New returns the analyzer. own are those whose readings are Dokaz's own, libav one that says libav's fields.
func New(e ExifTool, libav *Ear, own ...*Ear) Analyzer { return Analyzer{e, own, libav} }

// Spec declares it. Its parameters name every reader with its version: another one is another measurement.
func (a Analyzer) Spec() pipeline.Spec {
	parameters := a.exiftool.String()
	for _, o := range a.own {
		s := o.Spec()
		parameters += fmt.Sprintf("; %s %d", s.Name, s.Version)
	}
	libav, _, _ := strings.Cut(a.libav.Spec().Parameters, ";")
	return pipeline.Spec{
		Name: "readers", Version: 1, Parameters: parameters + "; " + libav,
		Kinds:  []pipeline.Kind{pipeline.Photo, pipeline.Video, pipeline.Audio},
		Yields: []pipeline.FactKind{pipeline.KindTag, pipeline.KindDisagreement},
	}
}

// Read says ExifTool's fields, each at the place where our own reading found it, and what readers disagree in. That our own readers fail is
// theirs to tell. An ExifTool that is not asked is no error, one that gave no answer is.
func (a Analyzer) Read(ctx context.Context, it pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	var fields fields
	if it.Kind == pipeline.Photo && len(a.exiftool.Output) == 0 { // nobody to be held against
		return a.exiftools(&fields, say, nil)
	}
	for _, own := range a.own {
		own.tell(ctx, it, o, fields.take)
	}
	differ := 0
	disagree := func(f *field, group, reader, value string) {
		if differ++; differ > maxDiffers {
			return
		}
		readings := []pipeline.Reading{{Reader: "dokaz", Value: f.value}, {Reader: reader, Value: value}}
		say(f.where, pipeline.Disagreement{Group: group, ID: f.id, Name: f.name, Readings: readings})
	}
	a.libavs(ctx, it, o, &fields, disagree)
	err := a.exiftools(&fields, say, disagree)
	if err := ctx.Err(); err != nil {
		return err
	}
	return err
}

// libavs compares libav's fields, which analyzer container says.
func (a Analyzer) libavs(ctx context.Context, it pipeline.Item, o pipeline.Original, own *fields, disagree func(*field, string, string, string)) {
	if it.Kind == pipeline.Photo {
		return
	}
	a.libav.tell(ctx, it, o, func(_ pipeline.Where, f pipeline.Fact) {
		t, ok := f.(pipeline.Tag)
		if !ok {
			return
		}
		of := own.at(libavKey(t))
		if len(of) > 0 && !anySame(of, t.Value) {
			disagree(of[0], t.Group, "libav", t.Value)
		}
	})
}

// exiftools says and compares ExifTool's fields.
func (a Analyzer) exiftools(own *fields, say pipeline.Say, disagree func(*field, string, string, string)) error {
	e := a.exiftool
	switch {
	case e.Version == "":
		return nil
	case e.Refused:
		return fmt.Errorf("exiftool %s: %w: %s", e.Version, pipeline.ErrRefused, e.Failed)
	case e.Failed != "":
		return fmt.Errorf("exiftool %s: %s", e.Version, e.Failed)
	case len(e.Output) == 0:
		return errors.New("exiftool was not asked about this file")
	}
	said, err := parse(e.Output)
	tags, room := 0, maxAll
	for _, s := range said {
		if tags++; tags > maxTags {
			return errors.Join(err, fmt.Errorf("%w: more than %d fields of exiftool's", pipeline.ErrRefused, maxTags))
		}
		value, cut := clip(s.text(), min(maxText, room))
		room -= len(value)
		tag := pipeline.Tag{Reader: "exiftool", Group: s.group(), ID: s.id, Name: s.name, Value: value, Cut: cut}
		where := pipeline.In("")
		of := own.at(s.key())
		if len(of) > 0 {
			where, tag.Group, tag.ID, tag.Name = of[0].where, of[0].group, of[0].id, of[0].name
		}
		say(where, tag)
		if len(of) > 0 && !cut && !s.sameAs(of) {
			disagree(of[0], tag.Group, "exiftool", value)
		}
	}
	return err
}

// clip keeps a text within a bound, at the border of a character.
func clip(s string, most int) (string, bool) {
	if len(s) <= most {
		return s, false
	}
	return strings.ToValidUTF8(s[:max(most, 0)], ""), true
}
