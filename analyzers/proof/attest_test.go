package proof

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// attestationOf makes a token as SafetyNet does: OpenSSL makes the key, its certificate and the signature.
func attestationOf(t *testing.T, alg string, about pipeline.Digest) (tok string, certificate []byte) {
	t.Helper()
	dir := t.TempDir()
	key := []string{"-newkey", "rsa:2048"}
	if alg == "ES256" {
		key = []string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}
	}
	openssl(t, dir, slices.Concat([]string{"req", "-x509", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "9000", "-subj", "/CN=attest.example.org"}, key)...)
	openssl(t, dir, "x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der")
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	certificate = read("c.pem")
	block, _ := pem.Decode(certificate)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	nonce := base64.StdEncoding.EncodeToString(append(make([]byte, 24), about.Hex()...))
	body := fmt.Sprintf(`{"nonce":%q,"timestampMs":%d,"apkPackageName":"org.witness.proofmode","apkCertificateDigestSha256":["abc="],"ctsProfileMatch":true,"basicIntegrity":false}`, nonce, c.NotBefore.Add(time.Hour).UnixMilli())
	head := fmt.Sprintf(`{"alg":%q,"x5c":[%q]}`, alg, base64.StdEncoding.EncodeToString(block.Bytes))
	e := base64.RawURLEncoding.EncodeToString
	signed := e([]byte(head)) + "." + e([]byte(body))
	if err := os.WriteFile(filepath.Join(dir, "signed"), []byte(signed), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"dgst", "-sha256", "-sign", "k.pem", "-out", "sig"}
	if alg == "PS256" {
		args = append(args, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")
	}
	openssl(t, dir, append(args, "signed")...)
	sig := read("sig")
	if alg == "ES256" { // DER, where a token has both numbers at their full length (RFC 7518 §3.4)
		var rs struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(sig, &rs); err != nil {
			t.Fatal(err)
		}
		sig = append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	}
	return signed + "." + e(sig), certificate
}

// TestAttestations: tokens that OpenSSL signs hold and say of whom they are; changed ones, and those of another file, do not.
func TestAttestations(t *testing.T) {
	t.Parallel()
	picture := []byte("a picture")
	for _, alg := range []string{"RS256", "PS256", "ES256"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			sum := pipeline.DigestOf(picture)
			tok, certificate := attestationOf(t, alg, sum)
			got := beside(t, Known{}, picture, sum.Hex()+".gst", []byte(tok+"\n"), "c2paidentity.cert", certificate)
			p := got.proofs[0]
			if len(got.proofs) != 1 || p.Result != pipeline.ProofSignerUnknown || p.Of != sum.String() || p.By != "CN=attest.example.org" || p.Algorithm != alg || p.Form != "JWS" ||
				p.Reason != "signed by attest.example.org; not checked against a trusted certificate" {
				t.Fatalf("%+v", got.proofs)
			}
			s := got.statements[0]
			if s.Of != sum.String() || s.Signed != p.Result || len(s.Fields) != 4 || s.Fields[2] != (pipeline.Field{Name: "ctsProfileMatch", Value: "true"}) || s.Times[0].Local == "" {
				t.Errorf("%+v", s)
			}
			if p := beside(t, Known{}, []byte("another"), "x.gst", []byte(tok)).proofs[0]; p.Result != pipeline.ProofInvalid || p.Reason != errNamesOther.Error() {
				t.Errorf("given with another file: %+v", p)
			}
			if p := analyzed(t, New(), pipeline.Item{Kind: pipeline.Other}, []byte(tok)).proofs[0]; p.Result != pipeline.ProofSignerUnknown || p.Of != sum.String() {
				t.Errorf("alone: %+v", p)
			}
			begin := strings.LastIndexByte(tok, '.')
			for i := 0; i < len(tok); i += 37 { // whatever is changed, it is not taken for signed
				b := []byte(tok)
				if b[i] = 'A' + (b[i]+1)%26; b[i] == tok[i] || i == begin {
					continue
				}
				for _, p := range beside(t, Known{}, picture, "x.gst", b).proofs {
					if p.Result == pipeline.ProofSignerUnknown || p.Result == pipeline.ProofValid {
						t.Errorf("byte %d changed: %+v", i, p)
					}
				}
			}
		})
	}
}

// TestTokensThatSayLittle: what cannot be checked is said so.
func TestTokensThatSayLittle(t *testing.T) {
	t.Parallel()
	e := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for tok, want := range map[string]string{
		e(`{"alg":"RS256"}`) + "." + e(`{"nonce":"x"}`) + ".AAAA":   "no certificate comes with it, so that its signature cannot be checked",
		e(`{"alg":"A256KW","enc":"A256GCM"}`) + ".AA.AA.AA.AA":      "it is encrypted: only who made it can read it",
		e(`{"alg":"none"}`) + "." + e(`{"nonce":"x"}`) + ".":        "no certificate comes with it, so that its signature cannot be checked",
		e(`{"alg":"RS256","x5c":["AA"]}`) + "." + e(`{}`) + ".AAAA": "no certificate comes with it, so that its signature cannot be checked",
	} {
		got := analyzed(t, New(), pipeline.Item{Kind: pipeline.Other}, []byte(tok))
		if len(got.proofs) != 1 || got.proofs[0].Result != pipeline.ProofNotChecked || got.proofs[0].Reason != want {
			t.Errorf("%s: %+v", tok, got.proofs)
		}
	}
	for _, text := range []string{"ey.ey.ey", "eyJh", e(`{"typ":"x"}`) + ".AA.AA", strings.Repeat("ey.", 3)} {
		if kindOf([]byte(text)) != none {
			t.Errorf("%s is taken for a token", text)
		}
	}
}

// TestKeysAndCertificatesAreNamed: whose they are is told, alone and beside a file; they prove nothing.
func TestKeysAndCertificatesAreNamed(t *testing.T) {
	t.Parallel()
	g := newGnuPG(t, "ed25519")
	_, certificate := attestationOf(t, "ES256", pipeline.DigestOf(nil))
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"key": {g.key(), "Some Phone <phone@example.org>"}, "certificate": {certificate, "CN=attest.example.org"},
	} {
		told := 0
		err := New().Read(t.Context(), pipeline.Item{Kind: pipeline.Other}, original{bytes.NewReader(c.b)}, func(_ pipeline.Where, f pipeline.Fact) {
			p, is := f.(pipeline.Piece)
			if !is {
				t.Errorf("%s: %+v", name, f)
			}
			if slices.ContainsFunc(p.Fields, func(f pipeline.Field) bool { return f.Value == c.want }) && p.Name == name {
				told++
			}
		})
		if err != nil || told != 1 {
			t.Errorf("%s: told %d times, %v", name, told, err)
		}
	}
}
