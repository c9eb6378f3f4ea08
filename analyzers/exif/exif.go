package exif

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"dokaz/analyzers/internal/parts"
	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// Analyzer reads Exif, makers' notes, XMP, IPTC and texts of photographs. It has no state.
type Analyzer struct {
	limits pipeline.Limits
	alone  bool
}

// New returns the analyzer with the default limits.
func New() Analyzer { return Within(pipeline.Limits{}) }

// Within returns the analyzer with these limits.
func Within(l pipeline.Limits) Analyzer { return Analyzer{limits: l.OrDefaults()} }

// Fields returns one that asks our own reader alone: nothing is compared. It is for holding what it says against another reader's.
func Fields(l pipeline.Limits) Analyzer { return Analyzer{limits: l.OrDefaults(), alone: true} }

// Spec declares it.
func (a Analyzer) Spec() pipeline.Spec {
	return pipeline.Spec{
		Name:    "exif",
		Version: 5,
		Parameters: "readers dokaz, goexif 9e8deecbddbd, imagemeta 1.0.1; at most 64 IFDs of 4096 entries, 4 MiB per block, " +
			"4 MiB per XMP packet (imagemeta 1 MiB), 8 KiB per value, " + pipeline.Grouped(a.limits.Inflated) + " bytes per inflated text",
		Kinds: []pipeline.Kind{pipeline.Photo},
		Yields: []pipeline.FactKind{
			pipeline.KindTag, pipeline.KindDisagreement, pipeline.KindCaptureTime, pipeline.KindPosition,
			pipeline.KindDevice, pipeline.KindEncoderTrace, pipeline.KindRaster, pipeline.KindHistory, pipeline.KindDeclaration, pipeline.KindRelation,
		},
	}
}

// Read says every field of every block, what readers disagree in, and what times, places, devices and
// programs the fields name. A file without metadata gives no facts and no error. Where goexif or imagemeta
// must not or cannot read a block, the other readers' facts are said and the error tells.
func (a Analyzer) Read(ctx context.Context, _ pipeline.Item, o pipeline.Original, say pipeline.Say) error {
	file := parts.Open(ctx, o, o.Size())
	defer file.Done()
	f, err := find(file, o.Size(), a.limits)
	x := examination{say: parts.Inside(say, o.Size()), room: maxSaid, others: maxSaid, limits: a.limits, alone: a.alone}
	errs := []error{err}
	for _, b := range f.exif {
		embedded, err := x.exif(b)
		f.xmp, f.iptc = append(f.xmp, embedded.xmp...), append(f.iptc, embedded.iptc...)
		errs = append(errs, inBlock(b, err))
	}
	for _, b := range f.xmp {
		errs = append(errs, inBlock(b, x.xmp(b)))
	}
	for _, b := range f.iptc {
		errs = append(errs, inBlock(b, x.iptc(b)))
	}
	for _, b := range f.text {
		errs = append(errs, inBlock(b, x.pngText(b)))
	}
	x.disagreements()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

func inBlock(b block, err error) error {
	if err == nil || b.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", b.path, err)
}

// examination is one file being read.
type examination struct {
	say    pipeline.Say
	room   int // bytes of our own reader's texts that may still be said
	others int // of the others' and of what they differ in

	limits pipeline.Limits
	alone  bool // without second readers
	statements
}

// tag says one field. Once the file's texts are too many, values are cut to nothing.
func (x *examination) tag(w pipeline.Where, t pipeline.Tag) {
	room := &x.others
	if t.Reader == readerOwn {
		room = &x.room
	}
	if len(t.Value) > *room {
		t.Value, t.Cut = "", true
	}
	*room -= len(t.Value)
	x.say(w, t)
}

// exif lets the three readers read one block, and returns the XMP and IPTC that its fields hold.
func (x *examination) exif(b block) (embedded found, err error) {
	s, err := tiff.WalkFrom(b, b.size, cmp.Or(b.first, "IFD0"))
	switch {
	case errors.Is(err, tiff.ErrBigTIFF):
		return found{}, fmt.Errorf("%w: BigTIFF", pipeline.ErrUnsupported)
	case err != nil:
		return found{}, err
	}
	if b.first == directoryNotes {
		x.canonNotes(b, s)
		return found{}, nil
	}
	fields := x.own(b, s)
	errs := []error{truncation(s)}
	if spoken(b, s) && !x.alone {
		errs = append(errs, x.goexif(b, s, fields), x.imagemeta(b, s, fields))
	}
	x.facts(b, fields)
	errs = append(errs, x.makerNotes(b, fields))
	return embeddedIn(b, s), errors.Join(errs...)
}

// truncation tells of fields that exist and were not all said.
func truncation(s tiff.Structure) error {
	if len(s.Entries) > maxFields {
		return fmt.Errorf("%w: %s fields, the limit is %s", pipeline.ErrRefused, tiff.Grouped(int64(len(s.Entries))), tiff.Grouped(maxFields))
	}
	return nil
}
