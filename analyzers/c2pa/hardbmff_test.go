package c2pa

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dokaz/fixtures/stock/craft"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

var films = flag.String("c2pa-films", "", "folder with files of ISO base media of the project c2pa-rs (sdk/tests/fixtures: video1.mp4, legacy.mp4)")

func placed(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// film is a file of boxes, of which one is a store that is left out.
func film() (file, ftyp, store, moov, mdat []byte) {
	ftyp = craft.Box("ftyp", []byte("isom\x00\x00\x00\x00"))
	store = craft.Box("uuid", []byte(boxUUID+"\x00\x00\x00\x00manifest\x00\x00\x00\x00\x00\x00\x00\x00\x00store"))
	moov = craft.Box("moov", craft.Box("trak", craft.Box("tkhd", []byte("\x00\x00\x00\x07body"))))
	mdat = craft.Box("mdat", []byte("the coded film"))
	return slices.Concat(ftyp, store, moov, mdat), ftyp, store, moov, mdat
}

// The digest is put together here by hand from C2PA 2.1 §18.6: places of the outermost boxes and their bytes, without what is left out.
func TestBoxesAreBound(t *testing.T) {
	t.Parallel()
	file, ftyp, store, moov, mdat := film()
	at := len(ftyp) + len(store)
	usual := []bmffExclusion{{XPath: "/uuid"}, {XPath: "/ftyp"}, {XPath: "/mfra"}}
	usual[0].Data = append(usual[0].Data, struct {
		Offset int64  `cbor:"offset"`
		Value  []byte `cbor:"value"`
	}{8, []byte(boxUUID)})
	inner := bmffExclusion{XPath: "/moov/trak/tkhd", Flags: []byte{0, 0, 3}, Exact: new(bool)}
	inner.Subset = append(inner.Subset, struct {
		Offset int64 `cbor:"offset"`
		Length int64 `cbor:"length"`
	}{12, 0})
	other := bmffExclusion{XPath: "/moov/trak/tkhd", Flags: []byte{0, 0, 3}} // exact: its flags are 7
	for name, c := range map[string]struct {
		version int
		left    []bmffExclusion
		bytes   []byte
	}{
		"first version":  {1, usual, slices.Concat(moov, mdat)},
		"second version": {2, usual, slices.Concat(placed(at), moov, placed(at+len(moov)), mdat)},
		"part of a box":  {3, append(slices.Clone(usual), inner, other), slices.Concat(placed(at), moov[:len(moov)-4], placed(at+len(moov)), mdat)},
		"nothing left":   {2, nil, slices.Concat(placed(0), ftyp, placed(len(ftyp)), store, placed(at), moov, placed(at+len(moov)), mdat)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sum := sha256.Sum256(c.bytes)
			d := bmffHash{Exclusions: c.left, Alg: "sha256", Hash: sum[:]}
			same, _, err := d.binds(manifest{}, bytes.NewReader(file), int64(len(file)), c.version)
			if err != nil || !same {
				t.Fatalf("%v, %v", same, err)
			}
			for i := range file {
				b := bytes.Clone(file)
				b[i] ^= 1
				left := c.left != nil && (i < at && i >= len(ftyp)+24 || i >= 8 && i < len(ftyp)) || name == "part of a box" && i >= at+len(moov)-4 && i < at+len(moov)
				if same, _, err := d.binds(manifest{}, bytes.NewReader(b), int64(len(b)), c.version); same != left && err == nil {
					t.Errorf("byte %d flipped: same is %v", i, same)
				}
			}
			moved := slices.Concat(ftyp, craft.Box("free", []byte("more")), file[len(ftyp):])
			if same, _, _ := d.binds(manifest{}, bytes.NewReader(moved), int64(len(moved)), c.version); same {
				t.Error("a box put in between does not count")
			}
		})
	}
}

// TestPublicFilms holds what is read against what the project c2pa-rs says of its own films: each manifest's bytes are bound.
func TestPublicFilms(t *testing.T) {
	t.Parallel()
	if *films == "" {
		t.Skip("NOT COMPARED: no folder of films given with -c2pa-films")
	}
	for _, name := range []string{"video1.mp4", "legacy.mp4"} {
		b, err := os.ReadFile(filepath.Join(*films, name))
		if err != nil {
			t.Fatal(err)
		}
		got := credentials(t, b)
		if len(got) == 0 || got[0].Binding != pipeline.BindingMatches || got[0].Result == pipeline.CredentialInvalid || slices.Contains(codes(got[0]), codeBMFFExtra) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		var d bmffHash
		stores, err := find(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		left := boundIn(t, b, stores[0], &d)
		t.Logf("%s: %d manifests, %v, left out %v", name, len(got), codes(got[0]), left)
		for i := 0; i < len(b); i += len(b)/97 + 1 {
			if slices.ContainsFunc(left, func(e exclusion) bool { return int64(i) >= e.Start && int64(i) < e.Start+e.Length }) {
				continue
			}
			c := bytes.Clone(b)
			c[i] ^= 4
			if changed, _ := readWith(t, Shipped(), c); len(changed) == 0 || changed[0].Result != pipeline.CredentialInvalid {
				t.Errorf("%s: byte %d flipped: %+v", name, i, changed)
			}
		}
	}
}

// boundIn reads the binding of the last manifest and gives what it leaves out.
func boundIn(t *testing.T, b []byte, s store, d *bmffHash) []exclusion {
	t.Helper()
	count := 0
	root, err := parse(s.bytes, 0, reach{&count, pipeline.Limits{}.OrDefaults().Nesting})
	if err != nil {
		t.Fatal(err)
	}
	last := root.inner[len(root.inner)-1]
	for _, a := range last.ofKind("c2as").inner {
		version := bmffVersions[base(a.label)]
		if version == 0 {
			continue
		}
		if err := data(a, d); err != nil {
			t.Fatal(err)
		}
		left, _, err := d.left(bytes.NewReader(b), int64(len(b)), version)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range d.Exclusions {
			t.Logf("%s %s %v", a.label, e.XPath, e.Subset)
		}
		return left
	}
	t.Fatal("no binding of boxes")
	return nil
}

func TestTrustListsInBothForms(t *testing.T) {
	t.Parallel()
	authority, _, err := made().Signer()
	if err != nil {
		t.Fatal(err)
	}
	signer := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority}))
	for name, c := range map[string]struct{ text, want string }{
		"lines": {"# name: ours\n# date: 2026-01-02\n" + signer, "ours, 2026-01-02, certificates: 1"},
		"JSON":  {`{"name":"ours","date":"2026-01-02","signers":[` + quoted(signer) + `],"time_stamps":` + quoted(signer) + `}`, "ours, 2026-01-02, certificates: 2"},
	} {
		list, err := ReadTrust([]byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := c.want + ", sha256:" + pipeline.DigestOf([]byte(c.text)).Hex(); list.String() != want {
			t.Errorf("%s: %q, want %q", name, list, want)
		}
		got := one(t, list, inJPEG(t, made()))
		if got.Result != pipeline.CredentialValid || got.Signature.Trust != list.String() {
			t.Errorf("%s: %s, %q", name, got.Result, got.Signature.Trust)
		}
	}
	for text, want := range map[string]string{
		"": "trust list: it must begin", `{"name":"x","date":"2026-13-01","signers":[]}`: "month out of range", `{"name":"x","dates":"y"}`: "unknown field", "# name: x\n": "trust list: it must begin",
	} {
		if _, err := ReadTrust([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// The text of a list is known by its digest, whatever it is called.
func TestTrustListsAreTold(t *testing.T) {
	t.Parallel()
	a, b := list(t, nil, nil), knowing(t, made())
	if a.Name != b.Name || cmp.Equal(a.String(), b.String()) {
		t.Errorf("%q and %q", a, b)
	}
}
