package c2pa

import (
	"bytes"
	"crypto/x509"
	_ "embed" // the list that ships
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dokaz/pipeline"
)

// Trust is a dated list of certificates: those whose signatures over claims, and those whose time stamps, are of somebody known.
// It is a file, read offline, and named in every result.
type Trust struct {
	Name    string
	Date    time.Time // also the moment at which certificates without a time stamp are judged
	signers *x509.CertPool
	stamps  *x509.CertPool
	count   int
	sum     pipeline.Digest // of the list's text
}

//go:embed trust.pem
var shipped []byte

// Shipped is the list that ships with the program, read once.
var Shipped = sync.OnceValue(func() Trust {
	t, err := ReadTrust(shipped)
	if err != nil {
		panic(err) // a test reads it
	}
	return t
})

// ReadTrust reads a list in either of two forms. One is JSON: {"name": …, "date": "2006-01-02", "signers": PEM, "time_stamps": PEM}, where PEM is a
// text or a list of texts. The other begins with lines "# name: …" and "# date: 2006-01-02" first, then certificates in PEM, of those who may sign
// claims; behind a line "# time stamps" of those who may stamp times.
func ReadTrust(b []byte) (Trust, error) {
	t := Trust{signers: x509.NewCertPool(), stamps: x509.NewCertPool(), sum: pipeline.DigestOf(b)}
	head, stamps, _ := strings.Cut(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n# time stamps\n")
	if strings.HasPrefix(strings.TrimSpace(head), "{") {
		var err error
		if head, stamps, err = t.fromJSON(b); err != nil {
			return t, err
		}
	}
	for line := range strings.SplitSeq(head, "\n") {
		if name, ok := strings.CutPrefix(line, "# name: "); ok {
			t.Name = strings.TrimSpace(name)
		}
		if date, ok := strings.CutPrefix(line, "# date: "); ok {
			var err error
			if t.Date, err = time.Parse(time.DateOnly, strings.TrimSpace(date)); err != nil {
				return t, fmt.Errorf("trust list: %w", err)
			}
		}
	}
	if t.Name == "" || t.Date.IsZero() {
		return t, errors.New("trust list: it must begin with '# name: …' and '# date: 2006-01-02', or be JSON with a name and a date")
	}
	if len(t.Name) > maxText {
		return t, fmt.Errorf("trust list: a name of more than %d bytes", maxText)
	}
	for pool, text := range map[*x509.CertPool]string{t.signers: head, t.stamps: stamps} {
		n, err := fill(pool, []byte(text))
		if err != nil {
			return t, err
		}
		t.count += n
	}
	return t, nil
}

// fromJSON reads the form of JSON into that of lines.
func (t *Trust) fromJSON(b []byte) (head, stamps string, err error) {
	var list struct {
		Name    string   `json:"name"`
		Date    string   `json:"date"`
		Signers pemTexts `json:"signers"`
		Stamps  pemTexts `json:"time_stamps"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return "", "", fmt.Errorf("trust list: %w", err)
	}
	t.Name = strings.TrimSpace(list.Name)
	return "# date: " + list.Date + "\n" + strings.Join(list.Signers, "\n"), strings.Join(list.Stamps, "\n"), nil
}

// pemTexts is one text or a list of them.
type pemTexts []string

// UnmarshalJSON reads either.
func (p *pemTexts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*p = pemTexts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(p))
}

func fill(pool *x509.CertPool, b []byte) (n int, err error) {
	for {
		var p *pem.Block
		if p, b = pem.Decode(b); p == nil {
			return n, nil
		}
		c, err := x509.ParseCertificate(p.Bytes)
		if err != nil {
			return n, fmt.Errorf("trust list: certificate %d: %w", n+1, err)
		}
		pool.AddCert(c)
		n++
	}
}

// String names the list as results name it.
func (t Trust) String() string {
	return fmt.Sprintf("%s, %s, certificates: %d, sha256:%s", t.Name, t.Date.Format(time.DateOnly), t.count, t.sum.Hex())
}

// knows reports whether a chain, the signer's certificate first, leads to the pool at a moment.
func knows(pool *x509.CertPool, chain []*x509.Certificate, at time.Time) bool {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: pool, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}
