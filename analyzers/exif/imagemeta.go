package exif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/bep/imagemeta"

	"dokaz/analyzers/internal/tiff"
	"dokaz/pipeline"
)

// imagemeta asks bep/imagemeta for its reading of the block. In memory the block is handed over inside a
// PNG of one chunk, the container in which the library adds nothing to offsets; a TIFF file is read in place.
func (x *examination) imagemeta(b block, s tiff.Structure, fields []field) error {
	opts := imagemeta.Options{Sources: imagemeta.EXIF, LimitNumTags: maxFields, LimitTagSize: maxTagSize}
	if n := subdirectories(fields); n > tiff.MaxDirs { // it reads a directory as often as it is named
		return fmt.Errorf("imagemeta not run: %s SubIFDs, the limit is %d: %w", tiff.Grouped(n), tiff.MaxDirs, pipeline.ErrRefused)
	}
	switch {
	case b.path == "":
		opts.R, opts.ImageFormat = &frugal{ReadSeeker: io.NewSectionReader(b, 0, b.size), left: maxRead}, imagemeta.DNG // as TIFF, and IFD1 too
	case s.Ends > maxBlock:
		return fmt.Errorf("imagemeta not run: block of %s bytes, the limit is %s: %w", tiff.Grouped(s.Ends), tiff.Grouped(maxBlock), pipeline.ErrRefused)
	default:
		raw, err := b.bytes(s.Ends)
		if err != nil {
			return err
		}
		opts.R, opts.ImageFormat = bytes.NewReader(inPNG(raw)), imagemeta.PNG
	}
	names := imagemetaNames(fields)
	purse := newAllowance(fields, names)
	opts.ShouldHandleTag = purse.take
	said, err := askImagemeta(opts)
	if err == nil && purse.left < 0 {
		err = fmt.Errorf("imagemeta stopped: values of more than %s bytes in all: %w", tiff.Grouped(maxValues), pipeline.ErrRefused)
	}
	pairs := pair(said, fields, names)
	for i, t := range said {
		x.fromImagemeta(b, t, pairs[i])
	}
	return err
}

// subdirectories counts the SubIFDs that fields name, in however many fields.
func subdirectories(fields []field) (n int64) {
	for _, f := range fields {
		if f.ID == 0x014a {
			n += int64(f.Count)
		}
	}
	return n
}

// allowance is what imagemeta may still read of values: it makes 16 bytes and more of each component.
type allowance struct {
	left    int64
	lengths map[named]int64 // of the longest value of that name
}

// named is how imagemeta names a field.
type named struct{ group, name string }

func newAllowance(fields []field, names map[uint16]string) *allowance {
	a := allowance{left: maxValues, lengths: map[named]int64{}}
	for _, f := range fields {
		if listed(f) {
			n := named{f.Group, names[f.ID]}
			a.lengths[n] = max(a.lengths[n], f.Length)
		}
	}
	return &a
}

// take is asked before a value is read.
func (a *allowance) take(t imagemeta.TagInfo) bool {
	length, known := a.lengths[named{groupOf(t.Namespace), t.Tag}]
	if !known {
		length = maxTagSize
	}
	a.left -= length
	return a.left >= 0
}

// askImagemeta collects what the library says. Its limit on tags ends silently, so it is noticed here.
func askImagemeta(opts imagemeta.Options) (said []imagemeta.TagInfo, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("imagemeta panicked: %v", r)
		}
	}()
	asked, allowed := uint32(0), opts.ShouldHandleTag
	opts.ShouldHandleTag = func(t imagemeta.TagInfo) bool {
		asked++
		return allowed == nil || allowed(t)
	}
	opts.HandleTag = func(t imagemeta.TagInfo) error {
		said = append(said, t)
		return nil
	}
	_, err = imagemeta.Decode(opts)
	switch {
	case err != nil:
		return said, fmt.Errorf("imagemeta: %w", err)
	case asked >= opts.LimitNumTags:
		return said, fmt.Errorf("imagemeta stopped at its limit of %s tags: %w", tiff.Grouped(int64(opts.LimitNumTags)), pipeline.ErrRefused)
	}
	return said, nil
}

// groupOf is the directory that imagemeta's namespace names. Fields of the interoperability directory come
// under names of the GPS directory, whose numbers they share: only the namespace tells them apart.
func groupOf(namespace string) string {
	if strings.Contains(namespace, "InteroperabilityIFD") {
		return "InteropIFD"
	}
	switch last := path.Base(namespace); last {
	case "ExifIFDP":
		return "ExifIFD"
	case "GPSInfoIFD":
		return "GPS"
	default:
		return last
	}
}

// namesAsked are those that the library has told: what it calls a number depends on nothing else.
var namesAsked struct {
	sync.Mutex
	by map[uint16]string
}

// imagemetaNames gives what the library calls the numbers that occur in these fields.
func imagemetaNames(fields []field) map[uint16]string {
	namesAsked.Lock()
	defer namesAsked.Unlock()
	names := make(map[uint16]string, len(fields))
	var ids []uint16
	for _, f := range fields {
		if _, known := names[f.ID]; known || !listed(f) {
			continue
		}
		name, asked := namesAsked.by[f.ID]
		if names[f.ID] = name; !asked && len(ids) < tiff.MaxEntries {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return names
	}
	more := askNames(ids)
	if more == nil {
		return nil // fields then come by the library's names alone
	}
	if namesAsked.by == nil {
		namesAsked.by = map[uint16]string{}
	}
	for i, id := range ids {
		names[id], namesAsked.by[id] = more[i], more[i]
	}
	return names
}

// askNames asks the library what it calls numbers, by giving it a directory of just those: it names fields and does not number them. nil where it does not tell.
func askNames(ids []uint16) []string {
	b := binary.LittleEndian.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), uint16(len(ids)))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint16(b, id)
		b = append(b, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0) // one BYTE of 0
	}
	opts := imagemeta.Options{
		R: bytes.NewReader(inPNG(append(b, 0, 0, 0, 0))), ImageFormat: imagemeta.PNG,
		Sources: imagemeta.EXIF, LimitNumTags: 1 << 16, LimitTagSize: maxTagSize,
	}
	said, err := askImagemeta(opts)
	if err != nil || len(said) != len(ids) {
		return nil
	}
	var out []string
	for _, t := range said {
		out = append(out, t.Tag)
	}
	return out
}

// listed reports whether imagemeta gives a field at all: not pointers, the blocks of other metadata, large
// values and unknown types.
func listed(f field) bool {
	switch f.ID {
	case 0x014a, 0x8769, 0x8825, 0xa005, tagXMP, tagIPTC:
		return false
	}
	return f.Type.Size() > 0 && f.Type <= tiff.Double && f.Count <= 0x10000 && f.Length <= maxTagSize
}

// pair finds for each tag our own reading of the same field: both come in the order of the directory, so
// that of several of one name the n-th belongs to the n-th.
func pair(said []imagemeta.TagInfo, fields []field, names map[uint16]string) []*field {
	own := map[named][]*field{}
	for i := range fields {
		if f := &fields[i]; listed(*f) {
			n := named{f.Group, names[f.ID]}
			own[n] = append(own[n], f)
		}
	}
	out := make([]*field, len(said))
	for i, t := range said {
		n := named{groupOf(t.Namespace), t.Tag}
		if left := own[n]; len(left) > 0 {
			out[i], own[n] = left[0], left[1:]
		}
	}
	return out
}

// fromImagemeta says one of its fields, at the place where our own walk found it.
func (x *examination) fromImagemeta(b block, t imagemeta.TagInfo, own *field) {
	out := pipeline.Tag{Reader: readerImagemeta, Group: groupOf(t.Namespace), Name: t.Tag}
	p := goText(t.Value)
	w := pipeline.In(join(b.path, out.Group))
	if own != nil {
		out.ID, out.Name = own.key().id, own.name()
		w = placeOf(b, *own)
		if own.note == noteHex && len(p.text) > maxBinary { // bytes that it shows as if they were letters
			p.text, p.cut = clip(p.text, maxBinary), true
		}
		agrees := true
		switch {
		case own.Group == "InteropIFD" && strings.HasPrefix(t.Tag, "GPS"):
			p.note = also(p.note, "taken for "+t.Tag+" by this reader")
		case own.Value != nil:
			agrees = agree(own.Entry, t.Value)
		}
		x.other(own.key(), out.Name, readerImagemeta, p.text, agrees)
	} else if id, ok := strings.CutPrefix(t.Tag, imagemeta.UnknownPrefix+"0x"); ok {
		if n, err := strconv.ParseUint(id, 16, 16); err == nil {
			out.ID, out.Name = strconv.FormatUint(n, 10), ""
		}
	}
	out.Value, out.Cut, out.Note = p.text, p.cut, p.note
	x.tag(w, out)
}

// goText writes a value of the library's Go types in the form that all readers share.
func goText(v any) plain {
	switch v := v.(type) {
	case nil:
		return plain{}
	case string:
		return letters([]byte(v))
	case []byte:
		return octets("", 0, v, nil)
	case float64:
		return plain{text: float(v, 64)}
	case float32:
		return plain{text: float(float64(v), 32)}
	case imagemeta.Rat[uint32]:
		return plain{text: fraction(int64(v.Num()), int64(v.Den()))}
	case imagemeta.Rat[int32]:
		return plain{text: fraction(int64(v.Num()), int64(v.Den()))}
	case []any:
		list := make([]string, 0, min(len(v), maxNumbers))
		for _, c := range v[:min(len(v), maxNumbers)] {
			list = append(list, goText(c).text)
		}
		s := strings.Join(list, " ")
		return plain{text: clip(s, maxText), cut: len(v) > maxNumbers || len(s) > maxText}
	}
	return letters([]byte(fmt.Sprint(v)))
}

// inPNG puts an Exif block into a PNG that has nothing else; the library compares no checksum.
func inPNG(block []byte) []byte {
	out := make([]byte, 0, len(block)+40)
	out = append(out, "\x89PNG\r\n\x1a\n"...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(block)))
	out = append(out, "eXIf"...)
	out = append(out, block...)
	return append(out, "\x00\x00\x00\x00\x00\x00\x00\x00IEND\xae\x42\x60\x82"...)
}

// frugal ends reading when too much was read: directories may be named thousands of times.
type frugal struct {
	io.ReadSeeker
	left int64
}

var errTooMuch = errors.New("more was read than any metadata needs")

func (f *frugal) Read(b []byte) (int, error) {
	n, err := f.ReadSeeker.Read(b)
	if f.left -= int64(n); f.left < 0 {
		return 0, fmt.Errorf("%w: %w", pipeline.ErrRefused, errTooMuch)
	}
	return n, err
}
