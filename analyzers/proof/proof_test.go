package proof

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // what the vectors have
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }

// read gives the digests stamped, who stamped, and the error.
func read(b []byte) (stamps, by []string, err error) {
	err = New().Read(context.Background(), pipeline.Item{}, original{bytes.NewReader(b)}, func(_ pipeline.Where, f pipeline.Fact) {
		switch f := f.(type) {
		case pipeline.Relation:
			stamps = append(stamps, f.Value)
		case pipeline.History:
			by = append(by, strings.TrimSpace(f.Software+" "+f.When))
		}
	})
	return stamps, by, err
}

// TestOpenTimestampsVectors reads the proofs that OpenTimestamps publishes: each stamps the digest of the file beside it, and leads to the blocks and
// calendars that its client names.
func TestOpenTimestampsVectors(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(fixtures.SharedMedia(t), "provenance", "opentimestamps")
	file := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, by := range map[string][]string{
		"hello-world.txt":           {"Bitcoin block 358391"},
		"incomplete.txt":            {"https://alice.btc.calendar.opentimestamps.org"},
		"two-calendars.txt":         {"https://alice.btc.calendar.opentimestamps.org", "https://bob.btc.calendar.opentimestamps.org"},
		"different-blockchains.txt": nil, "known-and-unknown-notary.txt": nil, "unknown-notary.txt": nil, "merkle1.txt": nil, "merkle2.txt": nil, "merkle3.txt": nil, "empty": nil, "bad-stamp.txt": nil,
	} {
		sum := sha256.Sum256(file(name))
		stamps, got, err := read(file(name + ".ots"))
		if err != nil || !slices.Equal(stamps, []string{"sha256:" + hex.EncodeToString(sum[:])}) || len(got) == 0 {
			t.Errorf("%s: %v by %v, %v", name, stamps, got, err)
		}
		t.Logf("%s: %v", name, got)
		if by != nil && !slices.Equal(got, by) {
			t.Errorf("%s: by %v, want %v", name, got, by)
		}
	}
	sum := sha1.Sum(file("a")) //nolint:gosec // the vector is of the collision of SHA-1
	if stamps, _, err := read(file("a-or-b.ots")); err != nil || !slices.Equal(stamps, []string{"sha1:" + hex.EncodeToString(sum[:])}) {
		t.Errorf("a-or-b.ots: %v, %v", stamps, err)
	}
	for _, name := range []string{"bad-major-version.ots", "exceeds-max-msg-length.ots", "invalid-file-digest-type.ots"} {
		if _, _, err := read(file(name)); err == nil {
			t.Errorf("%s is read as if it were whole", name)
		}
	}
	whole := file("hello-world.txt.ots")
	var root string
	_ = New().Read(t.Context(), pipeline.Item{}, original{bytes.NewReader(whole)}, func(_ pipeline.Where, f pipeline.Fact) {
		if h, ok := f.(pipeline.History); ok {
			root = h.Parameters
		}
	})
	if want := "the Merkle root of that block must be 8a1b66ecb7cbd07d8139a7e7d7f2c41aab1f5009b8364aaf61d03ad245e47e00"; root != want { // block 358391
		t.Errorf("%s, want %s", root, want)
	}
	if _, _, err := read(append(bytes.Clone(whole), 0)); !errors.Is(err, errOTS) {
		t.Errorf("a byte more: %v", err)
	}
	if _, _, err := read(whole[:len(whole)-1]); !errors.Is(err, errOTS) {
		t.Errorf("a byte less: %v", err)
	}
}

// openssl runs OpenSSL, or skips.
func openssl(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("NOT COMPARED: openssl is not installed")
	}
	if err != nil {
		t.Fatalf("openssl %v: %v: %s", args, err, out)
	}
	return out
}

// TestStampsOfOpenSSL: a stamp that OpenSSL makes and verifies is read as it says; one with a bit changed is not taken.
func TestStampsOfOpenSSL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_chain=no\n"
	for name, text := range map[string]string{"ts.cnf": config, "serial": "07\n", "photo.jpg": "the picture"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openssl(t, dir, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "3", "-subj", "/CN=Test Clock", "-addext", "extendedKeyUsage=critical,timeStamping")
	openssl(t, dir, "ts", "-query", "-data", "photo.jpg", "-sha256", "-cert", "-out", "q.tsq")
	openssl(t, dir, "ts", "-reply", "-config", "ts.cnf", "-section", "t", "-queryfile", "q.tsq", "-inkey", "tsa.key", "-signer", "tsa.pem", "-out", "r.tsr")
	openssl(t, dir, "ts", "-verify", "-data", "photo.jpg", "-in", "r.tsr", "-CAfile", "tsa.pem")
	said := string(openssl(t, dir, "ts", "-reply", "-config", "ts.cnf", "-section", "t", "-in", "r.tsr", "-text"))
	openssl(t, dir, "ts", "-reply", "-config", "ts.cnf", "-section", "t", "-in", "r.tsr", "-token_out", "-out", "token.der")
	sum := sha256.Sum256([]byte("the picture"))
	for _, name := range []string{"r.tsr", "token.der"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		stamps, by, err := read(b)
		if err != nil || !slices.Equal(stamps, []string{"sha256:" + hex.EncodeToString(sum[:])}) || len(by) != 1 || !strings.HasPrefix(by[0], "CN=Test Clock 20") {
			t.Fatalf("%s: %v by %v, %v; openssl says %s", name, stamps, by, err, said)
		}
		clock := strings.Fields(by[0])[2]
		if !strings.Contains(said, clock[11:19]) {
			t.Errorf("%s: %s; openssl says %s", name, clock, said)
		}
		for i := 0; i < len(b); i += len(b)/60 + 1 { // whatever is changed, nothing else than the truth may be taken
			c := bytes.Clone(b)
			c[i] ^= 0x10
			other, when, err := read(c)
			if err == nil && len(when) > 0 && (!slices.Equal(other, stamps) || !slices.Equal(when, by)) {
				t.Errorf("%s: byte %d changed: %v by %v is taken", name, i, other, when)
			}
		}
	}
}

func TestOtherFilesAreNoProofs(t *testing.T) {
	t.Parallel()
	for _, b := range []string{"", "text", "\x30\x82\x01\x00\x02\x01\x00", "\x00OpenTime"} {
		if _, _, err := read([]byte(b)); !errors.Is(err, pipeline.ErrUnsupported) {
			t.Errorf("%q: %v", b, err)
		}
	}
	if _, _, err := read(append([]byte(magic), make([]byte, maxProof)...)); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzProof(f *testing.F) {
	f.Add([]byte(magic + "\x01\x08" + strings.Repeat("d", 32) + "\xf0\x01a\x08\xff\x00\x05\x88\x96\x0d\x73\xd7\x19\x01\x03\xf7\xef\x15\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x05\x04http"))
	f.Add([]byte(magic + "\x01\x02" + strings.Repeat("d", 20) + strings.Repeat("\xf3", 40)))
	f.Add([]byte("0\x84~\xb7\xae" + string(oidStamped)))
	f.Add([]byte("\x30\x82\x00\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x00"))
	f.Add([]byte("eyJhbGciOiJSUzI1NiIsIng1YyI6WyJBQSJdfQ.eyJub25jZSI6IngiLCJ0aW1lc3RhbXBNcyI6MX0.AAAA"))
	f.Add([]byte("eyJhbGciOiJBMjU2S1cifQ.AA.AA.AA.AA"))
	f.Add([]byte(pemCertificate + "\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _, _ = read(b) })
}
