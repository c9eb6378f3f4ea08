package pipeline

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

// samples has one filled fact of every kind.
var samples = []Fact{
	FileType{"jpeg", "image/jpeg", "mp4", "mp4", false},
	Extent{"trailing", 12, "zip signature"},
	Tag{"goexif", "GPS", "2", "GPSLatitude", "RATIONAL", 3, "53/1 54/1 0/0", true, "zero denominator"},
	Disagreement{"GPS", "2", "GPSLatitude", []Reading{{"dokaz", "53/1"}, {"imagemeta", "0"}}},
	CaptureTime{"original", "ExifIFD:DateTimeOriginal", "2020:08:12 20:00:00", "2020-08-12T20:00:00", ZoneStated, ptr(180)},
	Position{"GPS", 53.9, -27.5, ptr(220.5), "WGS-84", "53/1"},
	Device{"IFD0", "Xiaomi", "Mi A3", "123", "lens"},
	EncoderTrace{"IFD0:Software", "GIMP \u202e"},
	Raster{"header", 4000, 3000, 6, 1, 3.25},
	Container{"mov", "isom", 12.5, 0.04, 9000},
	Stream{Index: 1, Type: "video", Codec: "h264", Width: 1920, Height: 1080, FrameRate: "30/1", Rotation: 90, Decodable: true},
	Keyframes{0, []float64{0, 2.5}, true},
	PictureHash{"pdq0", Hash256{1}.String(), 88, "libav", 10, 10, "centre80", &Box{0.1, 0.1, 0.8, 0.8}},
	FrameHashes{"pdq", "libav", 0, []HashedFrame{{0.5, Hash256{1, 2, 3, 4}, 70, true}}, false, "trimmed", &Box{0, 0.1, 1, 0.8}},
	LocalFeatures{"orb-m1", "libav", 0, 640, 480, []FeaturedFrame{{1.5, 1, Features{{1, 65535, 3, 4, Hash256{5, 6, 7, 8}}}, &Miniature{2, 1, []byte{0, 255}}}}, true},
	AudioPrint{"chromaprint2", "libav aac", 1, 0.125, SoundWords{0, 1, 0xfedcba98}, true},
	Derivative{Role: "thumbnail", MediaType: "image/jpeg", Digest: DigestOf(nil), Width: 3, Height: 2},
	Piece{"jpeg", "DQT", 0, 4, "quantisation tables", []Field{{"Pq", "0", 24, 1}}, true, "unknown", 3},
	Signature{"jpeg-header/1", DigestOf(nil), "APP0 DQT", true},
	Damage{"frames", 1, 100, 250, 4, 10, 9000, 3, 2, []float64{1, 2.5, 4, 4}},
	Proof{"OpenPGP", "a.asc", &Digest{1}, "sha256:aa", "a.jpg", ProofInvalid, "other bytes", "A Phone", "0a1b", "2020-08-10T18:30:14Z", "RSA, SHA-256", "list"},
	ProofStatement{"ProofMode", "a.csv", &Digest{2}, "sha256:aa", ProofValid, "0a1b", []CaptureTime{{Meaning: "file_created", Local: "2020-08-10T21:30:12"}}, &Position{Latitude: 1, Longitude: 2}, 12.5,
		&Device{Model: "Pixel"}, []Field{{"CellInfo", "257", 0, 0}}, []Field{{"Notes", "v2", 0, 0}}, true},
	CodedDigest{"packets/1", 1, "h264", DigestOf(nil), 9000, 25},
	History{"saved", "2020-08-12T20:00:00+03:00", "GIMP", "/", "xmp.iid:1", "xmpMM:History[0]"},
	Declaration{"ai", "trainedAlgorithmicMedia", "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "IPTC", "Iptc4xmpExt:DigitalSourceType"},
	Relation{"derived_from", "xmp.did:1", "documentID", "xmpMM:DerivedFrom"},
	Credential{
		Manifest: "urn:uuid:1", Active: true, Result: CredentialInvalid, Binding: BindingDiffers, Statuses: []CredentialNote{{"assertion.dataHash.mismatch", "self#jumbf=a", "differs"}},
		Generator: "maker", Title: "t", Format: "image/jpeg", Instance: "xmp:iid:1", Signature: CredentialSeal{"ES256", "CN=a", "CN=b", "7", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2022-01-01T00:00:00Z", "CN=c", "list"},
		Actions: []CredentialAct{{"c2pa.opened", "2022", "maker", "http://cv.iptc.org/x"}}, Ingredients: []CredentialPart{{"a", "image/jpeg", "i", "parentOf", "urn:uuid:2"}}, Assertions: []string{"c2pa.actions"}, Cut: true,
	},
}

func TestEveryFactSurvivesJSON(t *testing.T) {
	t.Parallel()
	for _, f := range samples {
		m := Measurement{Ref{"x", 1, "p"}, Where{"a/b", ptr(int64(0)), 4, ptr(1.5)}, f}
		b, err := json.Marshal(m)
		if err != nil {
			t.Errorf("%T: %v", f, err)
			continue
		}
		var got Measurement
		if err := json.Unmarshal(b, &got); err != nil {
			t.Errorf("%T: %v", f, err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Errorf("%T: %s", f, diff)
		}
	}
}

// TestTheTableOfFactsIsComplete reads the source for types that are facts: none may lack a sample or a place in the table.
func TestTheTableOfFactsIsComplete(t *testing.T) {
	t.Parallel()
	parsed, err := parser.ParseFile(token.NewFileSet(), "fact.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "fact" {
			count++
		}
	}
	kinds := map[FactKind]bool{}
	for _, f := range samples {
		kinds[KindOf(f)] = true
		if _, ok := blank[KindOf(f)]; !ok {
			t.Errorf("%T is not in the table", f)
		}
	}
	if count == 0 || count != len(kinds) || count != len(blank) {
		t.Errorf("%d types are facts, %d kinds have samples, %d stand in the table", count, len(kinds), len(blank))
	}
}

func TestUnknownFactsAreMalformed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"kind":"rumour","fact":{}}`, `{"kind":"tag","fact":7}`, `{"kind":"tag"}`} {
		var m Measurement
		if err := json.Unmarshal([]byte(text), &m); err == nil {
			t.Errorf("%s became %+v", text, m)
		} else if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, want ErrMalformed", text, err)
		}
	}
}
