package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// The vector that the specification's own libraries are tested with.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorAt        = 1614265330
	vectorPayload   = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func TestSignaturesAreTheSpecifications(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{vectorSecret, strings.TrimPrefix(vectorSecret, "whsec_")} {
		got, err := Sign(secret, vectorID, time.Unix(vectorAt, 999_999_999), []byte(vectorPayload))
		if err != nil || got != vectorSignature {
			t.Errorf("%s, %v; want %s", got, err, vectorSignature)
		}
	}
	for _, secret := range []string{"", "whsec_", "whsec_####", "whsec_AAAA"} {
		if _, err := Sign(secret, vectorID, time.Unix(vectorAt, 0), nil); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%q: %v", secret, err)
		}
	}
	a, b := NewSecret(), NewSecret()
	if _, err := Sign(a, "msg", time.Now(), nil); err != nil || a == b {
		t.Errorf("a new secret signs nothing, or is an old one: %v", err)
	}
}

func TestWhereWebhooksMayGo(t *testing.T) {
	t.Parallel()
	local := Guard{Allowed: prefixes("10.1.0.0/16", "127.0.0.0/8")}
	for url, want := range map[string][2]bool{ // by the guard that allows nothing besides, and by the other
		"https://example.org/x":               {true, true},
		"http://example.org/x":                {false, true}, // what the name stands for is looked at later
		"https://93.184.216.34/":              {true, true},
		"http://93.184.216.34/":               {false, false},
		"http://10.1.2.3/":                    {false, true},
		"https://10.1.2.3:8443/":              {false, true},
		"https://10.2.2.3/":                   {false, false},
		"https://192.168.1.1/":                {false, false},
		"https://169.254.169.254/latest":      {false, false},
		"https://[::1]/":                      {false, false},
		"https://[::ffff:10.1.2.3]/":          {false, true},
		"https://[::ffff:169.254.169.254]/":   {false, false},
		"https://[64:ff9b::a9fe:a9fe]/":       {false, false},
		"https://[fd00::1]/":                  {false, false},
		"https://[fe80::1%25eth0]/":           {false, false},
		"https://[2001:4860:4860::8888]/":     {true, true},
		"https://100.64.0.1/":                 {false, false},
		"https://0.0.0.0/":                    {false, false},
		"https://255.255.255.255/":            {false, false},
		"https://user:pass@example.org/":      {false, false},
		"https://example.org/#x":              {false, false},
		"ftp://example.org/":                  {false, false},
		"file:///etc/passwd":                  {false, false},
		"https:example.org":                   {false, false},
		"":                                    {false, false},
		"https://" + strings.Repeat("x", 3e3): {false, false},
	} {
		for i, g := range []Guard{{}, local} {
			if err := g.CheckURL(url); (err == nil) != want[i] || err != nil && !errors.Is(err, ErrAddress) {
				t.Errorf("guard %d of %.60s: %v, want allowed %v", i, url, err, want[i])
			}
		}
	}
}

// TestTheGuardStandsAtTheDial dials by a name, which no check of the URL can see through.
func TestTheGuardStandsAtTheDial(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was reached") }))
	defer s.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	for _, encrypted := range []bool{false, true} {
		c := &http.Client{Transport: Guard{Allowed: prefixes("10.0.0.0/8")}.transport(encrypted)}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:"+port, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := c.Do(r); !errors.Is(err, ErrAddress) {
			t.Errorf("%v, %v", a, err)
		}
	}
}

// receiver is the other program.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	header http.Header
	got    []*http.Request
	bodies []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	b, _ := io.ReadAll(in.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got, r.bodies = append(r.got, in), append(r.bodies, string(b))
	for k, v := range r.header {
		w.Header()[k] = v
	}
	w.WriteHeader(r.status)
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

// bench is a sender on a real outbox whose clock the test moves.
type bench struct {
	*catalog.Catalog
	t    *testing.T
	to   *receiver
	send *Sender
	hook catalog.Webhook
	mu   sync.Mutex
	at   time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

// round sends what is due and waits for it.
func (b *bench) round() {
	b.t.Helper()
	b.send.prepare()
	if err := b.send.round(b.t.Context()); err != nil {
		b.t.Error(err)
	}
	b.send.all.Wait()
}

func (b *bench) letters(dead bool) []catalog.Letter {
	b.t.Helper()
	ls, err := b.Letters(b.t.Context(), b.hook.ID, dead, 0, 10)
	if err != nil {
		b.t.Fatal(err)
	}
	return ls
}

// set makes a bench with one letter.
func set(t *testing.T, status int) *bench {
	t.Helper()
	b := &bench{t: t, at: time.Unix(1_700_000_000, 0).UTC(), to: &receiver{status: status, header: http.Header{}}}
	b.to.Server = httptest.NewServer(b.to)
	t.Cleanup(b.to.Close)
	var err error
	if b.Catalog, err = catalog.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{Clock: b.now, Actor: "tester"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	if b.hook, err = b.PutWebhook(t.Context(), catalog.Webhook{ID: "w", URL: b.to.URL + "/hook", Secret: vectorSecret}); err != nil {
		t.Fatal(err)
	}
	it := pipeline.Item{Digest: pipeline.DigestOf([]byte("a")), Size: 1, Kind: pipeline.Photo}
	if _, err := (catalog.Receiver{Catalog: b.Catalog}).Receive(t.Context(), it, pipeline.Receipt{Item: it.Digest, Name: "a", Path: "a"}); err != nil {
		t.Fatal(err)
	}
	b.send = &Sender{
		Outbox: b.Catalog, Guard: Guard{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, Clock: b.now,
		Payload: func(e pipeline.Entry) ([]byte, error) { return json.Marshal(e) }, Notice: func(err error) { t.Error(err) },
	}
	return b
}

func TestALetterIsSignedAndDeliveredOnce(t *testing.T) {
	t.Parallel()
	b := set(t, http.StatusNoContent)
	b.round()
	b.round()
	if n := b.to.count(); n != 1 || len(b.letters(false)) != 0 {
		t.Fatalf("sent %d times, %d letters are left", n, len(b.letters(false)))
	}
	h := b.to.got[0].Header
	id, at := h.Get("webhook-id"), h.Get("webhook-timestamp")
	want, err := Sign(vectorSecret, id, b.now(), []byte(b.to.bodies[0]))
	if err != nil || h.Get("webhook-signature") != want || at != strconv.FormatInt(b.now().Unix(), 10) || id != "msg_w_1" {
		t.Errorf("%v, %v", h, err)
	}
}

func TestTheOldSecretSignsTooForAWhile(t *testing.T) {
	t.Parallel()
	b := set(t, http.StatusInternalServerError)
	w := b.hook
	w.Prior, w.PriorUntil, w.Secret = w.Secret, b.now().Add(time.Hour), NewSecret()
	var err error
	if b.hook, err = b.ChangeWebhook(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	b.round()
	b.pass(2 * time.Hour)
	b.round()
	for i, n := range []int{2, 1} {
		if got := strings.Fields(b.to.got[i].Header.Get("webhook-signature")); len(got) != n {
			t.Errorf("attempt %d has the signatures %v", i+1, got)
		}
	}
	if a, c := b.to.got[0].Header, b.to.got[1].Header; a.Get("webhook-id") != c.Get("webhook-id") || a.Get("webhook-timestamp") == c.Get("webhook-timestamp") {
		t.Error("a retry has another id, or the time of the first attempt")
	}
}

func TestALetterIsTriedForDaysAndThenDead(t *testing.T) {
	t.Parallel()
	b := set(t, http.StatusServiceUnavailable)
	began := b.now()
	for len(b.letters(true)) == 0 {
		b.round()
		ls := b.letters(false)
		if len(ls) == 0 {
			break
		}
		if !ls[0].Due.After(b.now()) {
			t.Fatalf("after %d attempts it is due at once", ls[0].Attempts)
		}
		b.round() // not due: nothing is sent
		b.pass(ls[0].Due.Sub(b.now()))
	}
	took := b.now().Sub(began)
	if n := b.to.count(); n != 10 || took < 60*time.Hour || took > 91*time.Hour {
		t.Errorf("tried %d times in %v", n, took)
	}
	dead := b.letters(true)
	if len(dead) != 1 || dead[0].Status != http.StatusServiceUnavailable || dead[0].Cause != "it answered 503" {
		t.Fatalf("%+v", dead)
	}
	b.to.status = http.StatusOK
	if n, err := b.Redeliver(t.Context(), b.hook.ID, dead[0].Entry.Seq); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	b.round()
	if len(b.letters(true))+len(b.letters(false)) != 0 {
		t.Error("it was not delivered in the end")
	}
}

func TestAnswersAreHeeded(t *testing.T) {
	t.Parallel()
	b := set(t, http.StatusTooManyRequests)
	b.to.header.Set("Retry-After", "3600")
	b.round()
	if ls := b.letters(false); len(ls) != 1 || ls[0].Due.Sub(b.now()) != time.Hour {
		t.Errorf("%+v", ls)
	}
	redirecting := set(t, http.StatusFound)
	redirecting.to.header.Set("Location", redirecting.to.URL+"/elsewhere")
	redirecting.round()
	if ls := redirecting.letters(false); redirecting.to.count() != 1 || len(ls) != 1 || ls[0].Status != http.StatusFound {
		t.Errorf("a redirect: asked %d times, %+v", redirecting.to.count(), ls)
	}
	gone := set(t, http.StatusGone)
	gone.round()
	w, err := gone.Webhook(t.Context(), "w")
	if err != nil || w.Disabled == "" || len(gone.letters(true)) != 1 {
		t.Errorf("410: %+v, %v", w, err)
	}
	refused := set(t, http.StatusOK)
	refused.send.Guard = Guard{}
	refused.round()
	if ls := refused.letters(false); refused.to.count() != 0 || len(ls) != 1 || !strings.Contains(ls[0].Cause, "refused") {
		t.Errorf("a private address: %+v", ls)
	}
}

func TestASenderEndsAndLosesNothing(t *testing.T) {
	t.Parallel()
	b := set(t, http.StatusOK)
	hang := make(chan struct{})
	b.to.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server sees a client go only when the body is read
		close(hang)
		<-r.Context().Done()
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.send.Run(ctx, func() <-chan struct{} { return nil })
	}()
	<-hang
	stop()
	<-ended
	if ls := b.letters(false); len(ls) != 1 || ls[0].Attempts != 1 {
		t.Errorf("%+v", ls)
	}
}
