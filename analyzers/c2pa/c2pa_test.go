package c2pa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"image"
	"math/big"
	"slices"
	"testing"
	"time"

	"dokaz/fixtures/stock/craft"
	"dokaz/pipeline"

	"github.com/digitorus/timestamp"
	"github.com/google/go-cmp/cmp"
)

// held is an original in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// credentials reads a file with the shipped trust list.
func credentials(t *testing.T, b []byte) []pipeline.Credential {
	t.Helper()
	got, err := readWith(t, Shipped(), b)
	if err != nil {
		t.Log(err)
	}
	return got
}

func readWith(t *testing.T, trust Trust, b []byte) (out []pipeline.Credential, err error) {
	t.Helper()
	err = New(trust).Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(b)}, func(_ pipeline.Where, f pipeline.Fact) {
		if c, ok := f.(pipeline.Credential); ok {
			out = append(out, c)
		}
	})
	return out, err
}

// codes are those of a credential that say more than that nobody is known.
func codes(c pipeline.Credential) []string {
	var out []string
	for _, n := range c.Statuses {
		if n.Code != codeSignerUntrusted && n.Code != codeStampUntrusted {
			out = append(out, n.Code)
		}
	}
	return sorted(out)
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

// photo is a JPEG picture of noise-free tones.
func photo(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	b, err := craft.JPEG(img, 90)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// made is the credential that most tests change something of.
func made() craft.Credential {
	return craft.Credential{
		Title: "square.jpg", Generator: "Fixture Maker 1.0", Seed: 1,
		Actions: []map[string]any{{
			"action": "c2pa.created", "when": "2026-08-10T12:00:00Z", "softwareAgent": map[string]any{"name": "Fixture Maker", "version": "1.0"},
			"digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
		}},
	}
}

func inJPEG(t *testing.T, c craft.Credential) []byte {
	t.Helper()
	b, err := c.InJPEG(photo(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// one reads the one credential of a file.
func one(t *testing.T, trust Trust, b []byte) pipeline.Credential {
	t.Helper()
	got, err := readWith(t, trust, b)
	if err != nil {
		t.Log(err)
	}
	if len(got) != 1 {
		t.Fatalf("%d credentials: %v", len(got), err)
	}
	return got[0]
}

// list is a trust list of certificates.
func list(t *testing.T, signers, stamps [][]byte) Trust {
	t.Helper()
	text := "# name: test list\n# date: 2026-11-29\n"
	for _, der := range signers {
		text += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	text += "\n# time stamps\n"
	for _, der := range stamps {
		text += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	l, err := ReadTrust([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func knowing(t *testing.T, c craft.Credential) Trust {
	t.Helper()
	authority, _, err := c.Signer()
	if err != nil {
		t.Fatal(err)
	}
	return list(t, [][]byte{authority}, nil)
}

func TestResults(t *testing.T) {
	t.Parallel()
	expired := made()
	expired.Until = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	forged := made()
	forged.Attach = []byte("\xa1\x68dc:title\x65other")
	changed := made()
	changed.Other = func(a map[string][]byte) { a["c2pa.actions"][len(a["c2pa.actions"])-1] ^= 1 }
	pieces := made()
	pieces.Piece = 100
	for name, tc := range map[string]struct {
		file   []byte
		trust  Trust
		result pipeline.CredentialResult
		codes  []string
	}{
		"known signer":                  {inJPEG(t, made()), knowing(t, made()), pipeline.CredentialValid, nil},
		"nobody known":                  {inJPEG(t, made()), Shipped(), pipeline.CredentialSignerUnknown, nil},
		"in many segments":              {inJPEG(t, pieces), knowing(t, made()), pipeline.CredentialValid, nil},
		"certificate expired":           {inJPEG(t, expired), knowing(t, expired), pipeline.CredentialInvalid, []string{codeSignerExpired}},
		"another payload is signed":     {inJPEG(t, forged), knowing(t, forged), pipeline.CredentialInvalid, []string{codeSealMismatch}},
		"an assertion changed":          {inJPEG(t, changed), knowing(t, changed), pipeline.CredentialInvalid, []string{codeAssertMismatch}},
		"bytes appended":                {append(inJPEG(t, made()), "more"...), knowing(t, made()), pipeline.CredentialInvalid, []string{codeDataMismatch}},
		"another authority of its name": {inJPEG(t, made()), knowing(t, craft.Credential{Seed: 2}), pipeline.CredentialSignerUnknown, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := one(t, tc.trust, tc.file)
			if got.Result != tc.result || !slices.Equal(codes(got), tc.codes) {
				t.Errorf("%s %v, want %s %v: %+v", got.Result, codes(got), tc.result, tc.codes, got.Statuses)
			}
		})
	}
}

func TestTold(t *testing.T) {
	t.Parallel()
	got := one(t, knowing(t, made()), inJPEG(t, made()))
	want := pipeline.Credential{
		Manifest: "urn:uuid:00000000-0000-4000-8000-000000000001", Active: true, Result: pipeline.CredentialValid, Binding: pipeline.BindingMatches,
		Generator: "Fixture Maker 1.0", Title: "square.jpg", Format: "image/jpeg", Instance: "xmp:iid:00000000-0000-4000-8000-000000000002",
		Signature: pipeline.CredentialSeal{
			Algorithm: "EdDSA", Signer: "CN=Fixture Camera,O=Dokaz fixtures", Issuer: "CN=Fixture Authority,O=Dokaz fixtures", Serial: "1001",
			Since: "2020-01-01T00:00:00Z", Until: "2049-01-01T00:00:00Z", Trust: knowing(t, made()).String(),
		},
		Actions: []pipeline.CredentialAct{{
			Action: "c2pa.created", When: "2026-08-10T12:00:00Z", Agent: "Fixture Maker 1.0",
			SourceType: "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
		}},
		Assertions: []string{"c2pa.hash.data", "c2pa.actions"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBytesAreBound flips a bit in bytes of the whole file but those of the credential's own segment: no such file may come out as
// unchanged. What stands in the segment and is signed is flipped in TestResults.
func TestBytesAreBound(t *testing.T) {
	t.Parallel()
	file, trust := inJPEG(t, made()), knowing(t, made())
	segment := len(file) - len(photo(t))
	for i := 0; i < len(file); i += 3 {
		if i >= 2 && i < 2+segment {
			continue
		}
		b := bytes.Clone(file)
		b[i] ^= 1 << (i % 8)
		got, _ := readWith(t, trust, b)
		if len(got) > 0 && (got[0].Result != pipeline.CredentialInvalid || got[0].Binding != pipeline.BindingDiffers) {
			t.Errorf("byte %d of %d flipped: %s, %s", i, len(file), got[0].Result, got[0].Binding)
		}
	}
}

func TestTimeStamp(t *testing.T) {
	t.Parallel()
	at := time.Date(2022, 5, 9, 10, 0, 0, 0, time.UTC)
	authority, key := stampAuthority(t)
	c := made()
	c.Until = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC) // expired long before the list's date
	c.Stamp = func(over []byte) ([]byte, error) { return stampOver(over, at, authority, key) }
	signers := knowing(t, c)
	got := one(t, signers, inJPEG(t, c))
	if got.Result != pipeline.CredentialNotChecked || got.Signature.Time != "2022-05-09T10:00:00Z" || got.Signature.Authority != "CN=Fixture Clock" {
		t.Errorf("stamped in time by nobody known: %s %+v %+v", got.Result, got.Signature, got.Statuses)
	}
	if !slices.ContainsFunc(got.Statuses, func(n pipeline.CredentialNote) bool { return n.Code == codeStampUntrusted }) {
		t.Error("nothing says that nobody knows who stamped")
	}
	known := list(t, nil, [][]byte{authority.Raw})
	known.signers = signers.signers
	if got := one(t, known, inJPEG(t, c)); len(got.Statuses) != 0 || got.Result != pipeline.CredentialValid {
		t.Errorf("known clock: %+v", got.Statuses)
	}
	c.Stamp = func(over []byte) ([]byte, error) { return stampOver(append(over, 0), at, authority, key) }
	if got := one(t, known, inJPEG(t, c)); !slices.Contains(codes(got), codeStampMismatch) || got.Signature.Time != "" {
		t.Errorf("stamp over something else: %+v", got)
	}
	c.Stamp = func([]byte) ([]byte, error) { return []byte("0\x84~\xb7\xae"), nil } // the library panics
	if got := one(t, known, inJPEG(t, c)); !slices.Contains(codes(got), codeStampMalformed) {
		t.Errorf("a stamp that is none: %+v", got)
	}
	c.Stamp = func([]byte) ([]byte, error) { return []byte("no token"), nil }
	if got := one(t, known, inJPEG(t, c)); !slices.Contains(codes(got), codeStampMalformed) {
		t.Errorf("no stamp: %+v", got)
	}
}

// stampAuthority is a time-stamping authority that signs itself.
func stampAuthority(t *testing.T) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Fixture Clock"}, NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func stampOver(over []byte, at time.Time, authority *x509.Certificate, key crypto.Signer) ([]byte, error) {
	sum := sha256.Sum256(over)
	s := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at, Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
	return s.CreateResponseWithOpts(authority, key, crypto.SHA256)
}

// FuzzRead looks for inputs that end the process or never end.
func FuzzRead(f *testing.F) {
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	b, err := craft.JPEG(img, 50)
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []craft.Credential{made(), {Seed: 3, Piece: 64}} {
		file, err := c.InJPEG(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a := New(Shipped())
		_ = a.Read(t.Context(), pipeline.Item{}, held{bytes.NewReader(b)}, func(_ pipeline.Where, f pipeline.Fact) {
			if _, _, err := pipeline.MarshalFact(f); err != nil {
				t.Error(err)
			}
		})
	})
}
