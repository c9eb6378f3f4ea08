package proof

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dokaz/analyzers/internal/lexicon"
	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// gnupg is a home of GnuPG with one key.
type gnupg struct {
	t    *testing.T
	home string
}

// newGnuPG makes a home and a key in it, or skips.
func newGnuPG(t *testing.T, keyType string, options ...string) gnupg {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("NOT COMPARED: gpg is not installed")
	}
	g := gnupg{t, t.TempDir()}
	if err := os.Chmod(g.home, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.CommandContext(context.WithoutCancel(t.Context()), "gpgconf", "--homedir", g.home, "--kill", "all").Run()
	})
	g.run(append(options, "--quick-generate-key", "Some Phone <phone@example.org>", keyType, "sign", "never")...)
	return g
}

func (g gnupg) run(args ...string) []byte {
	g.t.Helper()
	out, status, err := g.try(args...)
	if err != nil {
		g.t.Fatalf("gpg %v: %v: %s", args, err, status)
	}
	return out
}

// try gives what gpg prints, and its status lines.
func (g gnupg) try(args ...string) (out []byte, status string, err error) {
	cmd := exec.CommandContext(g.t.Context(), "gpg", append([]string{"--homedir", g.home, "--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always", "--status-fd", "2"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.Bytes(), stderr.String(), err
}

func (g gnupg) file(name string, b []byte) string {
	g.t.Helper()
	p := filepath.Join(g.home, name)
	if err := os.WriteFile(p, b, 0o600); err != nil {
		g.t.Fatal(err)
	}
	return p
}

func (g gnupg) sign(b []byte, options ...string) []byte {
	return g.run(append(options, "--armor", "--output", "-", "--detach-sign", g.file("signed", b))...)
}

func (g gnupg) key() []byte { return g.run("--armor", "--export") }

// verdict is what gpg says of a signature.
func (g gnupg) verdict(signature, b []byte) pipeline.ProofResult {
	_, status, _ := g.try("--verify", g.file("sig", signature), g.file("signed", b))
	switch {
	case strings.Contains(status, "BADSIG"), strings.Contains(status, "EXPKEYSIG"), strings.Contains(status, "REVKEYSIG"), strings.Contains(status, "EXPSIG"):
		return pipeline.ProofInvalid
	case strings.Contains(status, "GOODSIG"):
		return pipeline.ProofSignerUnknown
	}
	return pipeline.ProofNotChecked
}

// said are the proofs and statements that the analyzer tells.
type said struct {
	proofs     []pipeline.Proof
	statements []pipeline.ProofStatement
	relations  []pipeline.Relation
}

func analyzed(t testing.TB, a Analyzer, it pipeline.Item, b []byte) said {
	t.Helper()
	var out said
	it.Digest, it.Size = pipeline.DigestOf(b), int64(len(b))
	err := a.Read(t.Context(), it, original{bytes.NewReader(b)}, func(_ pipeline.Where, f pipeline.Fact) {
		switch f := f.(type) {
		case pipeline.Proof:
			out.proofs = append(out.proofs, f)
		case pipeline.ProofStatement:
			out.statements = append(out.statements, f)
		case pipeline.Relation:
			out.relations = append(out.relations, f)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// given makes sidecars.
func given(files ...any) []Sidecar {
	var out []Sidecar
	for i := 0; i < len(files); i += 2 {
		b := files[i+1].([]byte)
		out = append(out, Sidecar{Name: files[i].(string), Digest: pipeline.DigestOf(b), Bytes: b})
	}
	return out
}

var photo = pipeline.Item{Kind: pipeline.Photo, Format: "jpeg"}

// beside examines a photograph with sidecars.
func beside(t testing.TB, known Known, b []byte, files ...any) said {
	t.Helper()
	return analyzed(t, Within(pipeline.Limits{}, known, given(files...)), photo, b)
}

// TestSignaturesAsGnuPGSays: keys of several kinds, whole and changed bytes, changed signatures: what GnuPG says of each is said here.
func TestSignaturesAsGnuPGSays(t *testing.T) {
	t.Parallel()
	picture := []byte("a picture, or what stands for one")
	for _, c := range []struct {
		key     string
		options []string
	}{
		{"ed25519", nil}, {"nistp256", nil},
		{"rsa2048", []string{"--cert-digest-algo", "SHA1"}}, // as ProofMode signs its keys' names
	} {
		t.Run(strings.Join(append([]string{c.key}, c.options...), " "), func(t *testing.T) {
			t.Parallel()
			g := newGnuPG(t, c.key, c.options...)
			sig, key := g.sign(picture), g.key()
			bare := g.run("--output", "-", "--detach-sign", g.file("signed", picture))
			for name, s := range map[string][]byte{"armor": sig, "bare": bare} {
				got := beside(t, Known{}, picture, "a.jpg.asc", s, "pubkey.asc", key)
				if len(got.proofs) != 1 || len(got.relations) != 2 {
					t.Fatalf("%s: %+v", name, got)
				}
				p := got.proofs[0]
				if want := g.verdict(s, picture); p.Result != want || want != pipeline.ProofSignerUnknown || p.Of != pipeline.DigestOf(picture).String() || p.By != "Some Phone <phone@example.org>" || p.Name != "a.jpg.asc" {
					t.Errorf("%s: gpg says %s, we %+v", name, want, p)
				}
			}
			for i := range bare { // whatever is changed in a signature, it is not taken for one of this key
				b := bytes.Clone(bare)
				b[i] ^= 4
				got := beside(t, Known{}, picture, "a.jpg.sig", b, "pubkey.asc", key)
				for _, p := range got.proofs {
					if p.Result == pipeline.ProofSignerUnknown && g.verdict(b, picture) != p.Result {
						t.Errorf("byte %d of the signature changed: %+v", i, p)
					}
				}
			}
			for i := range picture {
				b := bytes.Clone(picture)
				b[i] ^= 1
				p := beside(t, Known{}, b, "a.jpg.asc", sig, "pubkey.asc", key).proofs[0]
				if p.Result != pipeline.ProofInvalid || i == 0 && g.verdict(sig, b) != p.Result {
					t.Errorf("byte %d of the picture changed: %+v", i, p)
				}
			}
			if p := beside(t, Known{}, picture, "a.jpg.asc", sig).proofs[0]; p.Result != pipeline.ProofNotChecked || p.Of != pipeline.DigestOf(picture).String() || p.Key == "" {
				t.Errorf("without the key: %+v", p)
			}
		})
	}
}

func TestKeysRevokedAndKnown(t *testing.T) {
	t.Parallel()
	picture := []byte("a picture")
	g := newGnuPG(t, "ed25519")
	sig, key := g.sign(picture), g.key()
	list, err := ReadKnown([]byte("# name: newsroom\n# date: 2100-01-02\n" + string(key)))
	if err != nil {
		t.Fatal(err)
	}
	p := beside(t, list, picture, "x.asc", sig).proofs[0]
	if p.Result != pipeline.ProofValid || !strings.HasPrefix(p.Trust, "newsroom, 2100-01-02, keys: 1, sha256:") {
		t.Errorf("known: %+v", p)
	}
	other := newGnuPG(t, "ed25519")
	if p := beside(t, list, picture, "x.asc", other.sign(picture), "k.asc", other.key()).proofs[0]; p.Result != pipeline.ProofSignerUnknown {
		t.Errorf("another of the same name: %+v", p)
	}
	if p := beside(t, Known{}, picture, "x.asc", sig, "k.asc", other.key()).proofs[0]; p.Result != pipeline.ProofNotChecked {
		t.Errorf("another key: %+v", p)
	}
	revocations, err := filepath.Glob(filepath.Join(g.home, "openpgp-revocs.d", "*.rev"))
	if err != nil || len(revocations) != 1 {
		t.Fatal(revocations, err)
	}
	b, err := os.ReadFile(revocations[0])
	if err != nil {
		t.Fatal(err)
	}
	g.run("--import", g.file("rev", bytes.ReplaceAll(b, []byte(":---"), []byte("---"))))
	if p := beside(t, Known{}, picture, "x.asc", sig, "k.asc", g.key()).proofs[0]; p.Result != g.verdict(sig, picture) || p.Result != pipeline.ProofInvalid || p.Reason != "the key is revoked" {
		t.Errorf("revoked: %+v", p)
	}
	weakly := g.file("weak", picture)
	if _, _, err := other.try("--digest-algo", "SHA1", "--output", weakly+".sig", "--detach-sign", weakly); err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile(weakly + ".sig")
	if err != nil {
		t.Fatal(err)
	}
	if p := beside(t, Known{}, picture, "x.sig", b, "k.asc", other.key()).proofs[0]; p.Result != pipeline.ProofNotChecked || p.Reason != errTooWeak.Error() {
		t.Errorf("SHA-1: %+v", p)
	}
}

// proofMode is a statement as ProofMode writes one: names, values, a comma behind each.
func proofMode(sum pipeline.Digest) []byte {
	names, values := "", ""
	for _, c := range [][2]string{
		{"File Hash SHA256", sum.Hex()}, {"File Path", "/storage/emulated/0/DCIM/a.jpg"}, {"File Created", "2020-08-10T22:14:05.120Z"}, {"Proof Generated", "2020-08-10T22:14:07.000Z"},
		{"Location.Latitude", "53.9023"}, {"Location.Longitude", "27.5619"}, {"Location.Time", "1597086840000"}, {"Location.Accuracy", "12.5"}, {"Location.Altitude", ""},
		{"Manufacturer", "Google"}, {"Hardware", "Google Pixel 4"}, {"DeviceID", "abc123"}, {"CellInfo", "[257 02 1234 5678]"}, {"IPv4", "10.0.0.7"}, {"Notes", "ProofMode v2"},
	} {
		names += c[0] + ","
		values += c[1] + ","
	}
	return []byte(names + "\n" + values)
}

// zipped makes an archive of names and contents.
func zipped(t testing.TB, files ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i].(string))
		if err == nil {
			_, err = w.Write(files[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var archived = pipeline.Item{Kind: pipeline.Other, Format: "zip"}

// TestBundle reads a bundle of ProofMode's as its app lays one out.
func TestBundle(t *testing.T) {
	t.Parallel()
	g := newGnuPG(t, "rsa2048", "--cert-digest-algo", "SHA1")
	picture := bytes.Repeat([]byte("a large picture "), maxProof/8)
	sum := pipeline.DigestOf(picture)
	table := proofMode(sum)
	hex := sum.Hex()
	b := zipped(t, "a.jpg", picture, hex+".asc", g.sign(picture), hex+".proof.csv", table, hex+".proof.csv.asc", g.sign(table), "pubkey.asc", g.key())
	got := analyzed(t, New(), archived, b)
	var short []string
	for _, p := range got.proofs {
		short = append(short, fmt.Sprint(p.Form, " ", p.Result, " ", p.About, " ", p.Of == sum.String(), " ", p.Reason))
	}
	want := []string{"OpenPGP signer_unknown a.jpg true ", "OpenPGP signer_unknown " + hex + ".proof.csv false ", "ProofMode signer_unknown a.jpg true "}
	if d := cmp.Diff(want, short); d != "" {
		t.Error(d)
	}
	s := got.statements[0]
	altitude := s.Position.Altitude
	if altitude != nil || s.Position.Latitude != 53.9023 || s.Accuracy != 12.5 || s.Of != sum.String() || s.Signed != pipeline.ProofSignerUnknown || s.Device.Serial != "abc123" || s.Device.Model != "Google Pixel 4" || len(s.Sensitive) != 3 {
		t.Errorf("%+v", s)
	}
	times := ""
	for _, m := range s.Times {
		times += m.Meaning + " " + m.Local + " " + string(m.Zone) + "; "
	}
	if want := "file_created 2020-08-10T22:14:05.12 nominal; proof_generated 2020-08-10T22:14:07 nominal; position 2020-08-10T19:14:00 utc; "; times != want {
		t.Errorf("%s, want %s", times, want)
	}

	table2 := bytes.ReplaceAll(table, []byte("53.9"), []byte("52.9"))
	got = analyzed(t, New(), archived, zipped(t, "a.jpg", picture[1:], hex+".asc", g.sign(picture), hex+".proof.csv", table2, hex+".proof.csv.asc", g.sign(table), "pubkey.asc", g.key()))
	for _, p := range got.proofs {
		if p.Form == "OpenPGP" && p.Result != pipeline.ProofInvalid || p.Result == pipeline.ProofSignerUnknown || p.Result == pipeline.ProofValid {
			t.Errorf("everything changed: %+v", p)
		}
	}
	if s := got.statements[0]; s.Signed != pipeline.ProofInvalid {
		t.Errorf("a changed statement: %+v", s)
	}
	if err := New().Read(t.Context(), archived, original{bytes.NewReader(zipped(t, "a.jpg", picture, "pubkey.asc", g.key()))}, func(pipeline.Where, pipeline.Fact) {}); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("no proofs: %v", err)
	}
}

// TestStatementBesideAnotherFile: a statement given with a file that it does not name is told.
func TestStatementBesideAnotherFile(t *testing.T) {
	t.Parallel()
	picture := []byte("a picture")
	j := fmt.Appendf(nil, `{"File Hash SHA256":%q,"Manufacturer":"M","Hardware":"H","DeviceID":"D","Location.Latitude":"NaN","Location.Longitude":"1e999"}`, pipeline.DigestOf(picture).Hex())
	for name, c := range map[string]struct {
		b    []byte
		want pipeline.ProofResult
	}{"its own": {picture, pipeline.ProofNotChecked}, "another": {[]byte("another"), pipeline.ProofInvalid}} {
		got := beside(t, Known{}, c.b, "x.proof.json", j)
		if p := got.proofs[0]; p.Result != c.want || p.Of != pipeline.DigestOf(picture).String() || got.statements[0].Position != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got := analyzed(t, New(), pipeline.Item{Kind: pipeline.Other}, j); got.proofs[0].Result != pipeline.ProofNotChecked || got.statements[0].Device.Serial != "D" {
		t.Errorf("alone: %+v", got)
	}
}

// TestPublicBundle reads a bundle that somebody published, where there is one: made by ProofMode of 2016, without the key.
func TestPublicBundle(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(os.Getenv("DOKAZ_PROOFMODE_BUNDLE"))
	if err != nil {
		t.Skip("NOT COMPARED: DOKAZ_PROOFMODE_BUNDLE names no bundle")
	}
	for _, p := range analyzed(t, New(), archived, b).proofs {
		t.Logf("%+v", p)
		if p.Of == "" || p.Result != pipeline.ProofNotChecked {
			t.Errorf("%+v", p)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	if err := lexicon.Check(lexicon.Folder(data)("proofmode-field"), 2, 1); err != nil {
		t.Error(err)
	}
}

func FuzzSidecars(f *testing.F) {
	f.Add(proofMode(pipeline.Digest{}), []byte(armoredSignature+"\n\niQ==\n"))
	f.Add([]byte("\x89\x01\x1c\x04\x00\x01\x08"), []byte(`{"SHA256":"","Modified":1,"Manufacturer":2,"Hardware":[],"File Created":{}} a padding to length`))
	f.Add([]byte(armoredKey+"\n\nmQ==\n"), []byte("\x99\x01"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_ = Within(pipeline.Limits{}, Known{}, given("a", a, "b", b)).Read(t.Context(), photo, original{bytes.NewReader([]byte("x"))}, func(pipeline.Where, pipeline.Fact) {})
		_ = New().Read(t.Context(), archived, original{bytes.NewReader(a)}, func(pipeline.Where, pipeline.Fact) {})
		_ = New().Read(t.Context(), pipeline.Item{Kind: pipeline.Other}, original{bytes.NewReader(b)}, func(pipeline.Where, pipeline.Fact) {})
	})
}
