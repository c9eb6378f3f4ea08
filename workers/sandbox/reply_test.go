package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

func hear(s string, refs ...pipeline.Ref) (reply, error) {
	return listen(&lines{r: bufio.NewReader(strings.NewReader(s))}, refs)
}

const (
	started = `{"start":{"by":0}}` + "\n"
	ended   = `{"end":{"by":0,"status":"done","took":5}}` + "\n"
	bye     = `{"bye":{}}` + "\n"
	empty   = `{"reader":"","group":"","name":"","value":""}`
	saidTag = `{"say":{"by":0,"where":{},"kind":"tag","fact":` + empty + `}}` + "\n"
)

func TestRepliesThatBreakTheRules(t *testing.T) {
	t.Parallel()
	thumb := pipeline.DigestOf([]byte("thumb")).String()
	derived := `{"role":"thumbnail","media_type":"","sha256":"` + thumb + `","width":0,"height":0}`
	for name, c := range map[string]struct{ reply, want string }{
		"not JSON":                {"x\n", "invalid character 'x' looking for beginning of value"},
		"an empty line":           {"\n", "EOF"},
		"no event":                {"{}\n", "a line with 0 events"},
		"two events":              {`{"start":{"by":0},"bye":{}}` + "\n", "a line with 2 events"},
		"two documents":           {`{"bye":{}}{"bye":{}}` + "\n", "more than one document"},
		"an unknown event":        {`{"exec":{}}` + "\n", `json: unknown field "exec"`},
		"an unknown member":       {`{"start":{"by":0,"as":"root"}}` + "\n", `json: unknown field "as"`},
		"hello in the middle":     {`{"hello":{"protocol":1}}` + "\n", "hello in the middle"},
		"an analyzer not asked":   {`{"start":{"by":1}}` + "\n", "analyzer 1 was not asked"},
		"a negative analyzer":     {`{"say":{"by":-1,"where":{},"kind":"tag","fact":` + empty + `}}` + "\n", "analyzer -1 was not asked"},
		"a start again":           {started + started, "a starts again"},
		"a start after the end":   {started + ended + started, "a starts again"},
		"a fact before the start": {saidTag, "a speaks out of turn"},
		"a fact after the end":    {started + ended + saidTag, "a speaks out of turn"},
		"an end again":            {started + ended + ended, "a ends again"},
		"a status of its own":     {`{"end":{"by":0,"status":"great","took":0}}` + "\n", "a ends with no status we know"},
		"a long reason":           {`{"end":{"by":0,"status":"done","took":0,"reason":"` + strings.Repeat("x", 501) + `"}}` + "\n", "a gives too long a reason"},
		"bye without an outcome":  {started + bye, "bye without an outcome of a"},
		"an event after bye":      {started + ended + bye + bye, "an event after bye"},
		"a fact of no kind":       {started + `{"say":{"by":0,"where":{},"kind":"truth","fact":{}}}` + "\n", `malformed: no fact is called "truth"`},
		"a fact of another shape": {started + `{"say":{"by":0,"where":{},"kind":"tag","fact":[1]}}` + "\n",
			"malformed: fact tag: json: cannot unmarshal array into Go value of type pipeline.Tag"},
		"no fact": {started + `{"say":{"by":0,"where":{},"kind":"tag"}}` + "\n", "malformed: fact tag: unexpected end of JSON input"},
		"a fact with an unknown member": {started + `{"say":{"by":0,"where":{},"kind":"tag","fact":{"reader":"","group":"","name":"","value":"","x":1}}}` + "\n",
			"malformed: fact tag is not in our form"},
		"a fact with a member twice": {started + `{"say":{"by":0,"where":{},"kind":"tag","fact":{"reader":"","group":"","name":"","value":"","value":""}}}` + "\n",
			"malformed: fact tag is not in our form"},
		"a place with an unknown member": {started + `{"say":{"by":0,"where":{"x":1},"kind":"tag","fact":` + empty + `}}` + "\n", `json: unknown field "x"`},
		"a number beyond the finite": {started + `{"say":{"by":0,"where":{},"kind":"position","fact":{"source":"","lat":1e999,"lon":0,"raw":""}}}` + "\n",
			"malformed: fact position: json: cannot unmarshal number 1e999 into Go struct field Position.lat of type float64"},
		"bytes beside a tag": {started + `{"say":{"by":0,"where":{},"kind":"tag","fact":` + empty + `,"bytes":"eA=="}}` + "\n", "bytes beside a tag"},
		"a derivative of other bytes": {started + `{"say":{"by":0,"where":{},"kind":"derivative","fact":` + derived + `,"bytes":"eA=="}}` + "\n",
			"a derivative does not have the digest it states"},
		"a derivative without bytes": {started + `{"say":{"by":0,"where":{},"kind":"derivative","fact":` + derived + `}}` + "\n",
			"a derivative does not have the digest it states"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := hear(c.reply, ref("a"))
			var v violation
			if !errors.As(err, &v) || v.text != c.want {
				t.Errorf("got  %v\nwant reply refused: %s", err, c.want)
			}
		})
	}
}

func TestALawfulReply(t *testing.T) {
	t.Parallel()
	r, err := hear(started+saidTag+ended+bye, ref("a"))
	if err != nil || !r.complete || len(r.heard) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := testimony{started: true, ended: true,
		outcome:      pipeline.Outcome{By: ref("a"), Status: pipeline.Done, Took: 5},
		measurements: []pipeline.Measurement{{By: ref("a"), Fact: pipeline.Tag{}}}}
	if diff := cmp.Diff(want, r.heard[0], cmp.AllowUnexported(testimony{})); diff != "" {
		t.Error(diff)
	}
}

func TestAReplyCutOffIsNoViolation(t *testing.T) {
	t.Parallel()
	r, err := hear(started+saidTag+`{"say":{"by":0,"whe`, ref("a"))
	if err != nil || r.complete || len(r.heard[0].measurements) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTooManyDerivatives(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	v := newVoice(&b)
	v.expect(refsOf("a"))
	v.Start(ref("a"))
	var err error
	for i := 0; err == nil; i++ {
		picture := []byte{byte(i)}
		err = v.Say(ref("a"), pipeline.Where{}, pipeline.Derivative{Bytes: picture, Digest: pipeline.DigestOf(picture)})
	}
	if !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("the child's own bound: %v", err)
	}
	delete(v.derivatives, pipeline.DigestOf([]byte{0})) // a child that does not keep the bound
	picture := []byte("one more")
	if err := v.Say(ref("a"), pipeline.Where{}, pipeline.Derivative{Bytes: picture, Digest: pipeline.DigestOf(picture)}); err != nil {
		t.Fatal(err)
	}
	if _, err := hear(b.String(), ref("a")); err == nil || err.Error() != "reply refused: more than 64 derivatives" {
		t.Errorf("got %v", err)
	}
}

func TestAnAnalyzerThatWasNotAskedCannotSpeak(t *testing.T) {
	t.Parallel()
	v := newVoice(new(bytes.Buffer))
	v.expect(refsOf("a"))
	other := pipeline.Ref{Analyzer: "a", Version: 2, Parameters: "p"}
	v.Start(other)
	want := `analyzer a version 2 with parameters "p" was not asked`
	if err := v.Say(ref("a"), pipeline.Where{}, tag("a", "b")); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestCausesHoldNothingThatDiffersBetweenRuns(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"panic: at 0xc000123abc":             "panic: at 0x…",
		"fatal error: goroutine 34 stuck":    "fatal error: goroutine … stuck",
		"panic: pid 4711 went":               "panic: pid … went",
		"panic: \x1b[31mred\u202e\n":         "panic: \uFFFD[31mred\uFFFD\uFFFD",
		"panic: " + strings.Repeat("щ", 300): "panic: " + strings.Repeat("щ", 95) + "…",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestLastWordsOfTheRuntime(t *testing.T) {
	t.Parallel()
	l := Limits{AddressSpace: 6 << 30}
	for name, c := range map[string]struct{ stderr, want string }{
		"nothing":    {"", "exit 2"},
		"only noise": {"[mov] moov atom not found\n", "exit 2"},
		"goexif's 34 bytes": {"runtime: out of memory: cannot allocate 25773998080-byte block (3997696 in use)\nfatal error: out of memory\n\ngoroutine 1\n",
			"out of memory under 6 GiB address limit"},
		"an arena that does not fit": {"fatal error: runtime: cannot allocate memory\n", "out of memory under 6 GiB address limit"},
		"a fault in C": {"fatal error: unexpected signal during runtime execution\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7f]\n",
			"signal: segmentation fault"},
		"a fault in C, the other form": {"SIGSEGV: segmentation violation\nPC=0x0 m=0 sigcode=1\nsignal arrived during cgo execution\n", "signal: segmentation fault"},
		"an abort in C":                {"libheif: assertion failed\nSIGABRT: abort\nPC=0x7f m=3\n", "signal: aborted"},
		"a nil pointer in Go": {"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4]\n",
			"exit 2: panic: runtime error: invalid memory address or nil pointer dereference"},
		"a text that only speaks of memory": {"the film is out of memory\n", "exit 2"},
	} {
		if got := causeOfExit(2, c.stderr, l); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzListen(f *testing.F) {
	f.Add([]byte(started + saidTag + ended + bye))
	f.Add([]byte(`{"say":{"by":0,"where":{"offset":-1},"kind":"stream","fact":{}}}`))
	f.Add([]byte("\n\n{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := listen(&lines{r: bufio.NewReaderSize(bytes.NewReader(b), 16)}, refsOf("a", "b"))
		var v violation
		if err != nil && !errors.As(err, &v) {
			t.Fatalf("%v", err)
		}
		if err != nil && (len(err.Error()) > 300 || !utf8.ValidString(err.Error())) {
			t.Errorf("unfit text %q", err)
		}
		for _, h := range r.heard {
			for _, m := range h.measurements {
				if _, _, err := pipeline.MarshalFact(m.Fact); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func FuzzCause(f *testing.F) {
	f.Add("panic: 0xdeadbeef goroutine 7\n")
	f.Fuzz(func(t *testing.T, s string) {
		if got := causeOfExit(2, s, Limits{AddressSpace: 1 << 30}); len(got) > 220 || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\x00\x1b") {
			t.Errorf("%q", got)
		}
	})
}
