package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/report/rules"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

func samples() map[string]func() pipeline.Dossier {
	return map[string]func() pipeline.Dossier{"photo": photo, "video": video, "plain": plain}
}

func issued(t *testing.T, d pipeline.Dossier) (pipeline.Report, []byte) {
	t.Helper()
	core, err := Freeze(d, rules.All(), methods(), 61)
	if err != nil {
		t.Fatal(err)
	}
	r, doc, err := Issue(core, envelope(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return r, doc
}

func TestDocumentsOfTheSamples(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for name, make := range samples() {
		_, doc := issued(t, make())
		if err := validate(t, s, doc); err != nil {
			t.Errorf("%s is not valid against the published schema:\n%v", name, err)
		}
		golden := filepath.Join("testdata", name+".report.json")
		if *update {
			if err := os.WriteFile(golden, doc, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(doc, want) {
			t.Errorf("%s differs from %s; look at the difference, then run with -update", name, golden)
		}
	}
}

func TestSamplesStateEveryKindOfFact(t *testing.T) {
	t.Parallel()
	seen := map[pipeline.FactKind]bool{}
	for _, make := range samples() {
		for _, m := range make().Examination.Measurements {
			seen[pipeline.KindOf(m.Fact)] = true
		}
	}
	for _, k := range factKinds(t) {
		if !seen[k] {
			t.Errorf("no sample states a %s", k)
		}
	}
}

func TestSchemaRefusesWhatHasNoPlace(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	_, doc := issued(t, photo())
	for name, change := range map[string][2]string{
		"a further member":           {`"schema":"dokaz.report/v1"`, `"schema":"dokaz.report/v1","score":87`},
		"a further member of a fact": {`"fact":{"agree":true`, `"fact":{"score":1,"agree":true`},
		"another kind of fact":       {`"kind":"raster"`, `"kind":"verdict"`},
		"a fact of another kind":     {`"kind":"raster"`, `"kind":"device"`},
		"a fifth weight":             {`"weight":"questions"`, `"weight":"suspicious"`},
		"a short digest":             {`"core_sha256":"sha256:`, `"core_sha256":"sha256:0`},
		"an instant with an offset":  {`"at":"2026-11-23T12:00:05Z"`, `"at":"2026-11-23T12:00:05+03:00"`},
		"another status":             {`"status":"skipped"`, `"status":"clean"`},
	} {
		changed := bytes.Replace(doc, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, doc) {
			t.Errorf("%s: the sample holds no %s", name, change[0])
			continue
		}
		if validate(t, s, changed) == nil {
			t.Errorf("%s: valid", name)
		}
	}
}

// The core must not depend on the order in which shelves give things back, nor on when and by whom
// anything was received.
func TestCoreIsIndependentOfOrderAndTime(t *testing.T) {
	t.Parallel()
	for name, make := range samples() {
		want, err := Freeze(make(), rules.All(), methods(), 61)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			d := make()
			shuffle(random, d.Receipts)
			shuffle(random, d.Examination.Outcomes)
			shuffle(random, d.Neighbours)
			for i := range d.Receipts {
				d.Receipts[i].At = time.Unix(random.Int64N(1e9), 0)
				d.Receipts[i].By = "somebody else"
				d.Receipts[i].Modified = time.Time{}
			}
			for i := range d.Examination.Outcomes {
				d.Examination.Outcomes[i].Took = time.Duration(random.Int64N(1e9))
			}
			ms := methods()
			shuffle(random, ms)
			got, err := Freeze(d, rules.All(), append(ms, ms...), 61)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-first +shuffled):\n%s", name, diff)
			}
		}
	}
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// A dossier that went through a catalog's JSON must freeze as the one that came straight from the analyzers,
// also where a file's text is no UTF-8.
func TestCoreIsTheSameFromMemoryAndFromAShelf(t *testing.T) {
	t.Parallel()
	d := photo()
	d.Examination.Measurements = append(d.Examination.Measurements,
		say(exifRef, pipeline.In("IFD0\xff"), pipeline.Tag{Reader: "goexif", Group: "IFD0", Name: "Artist", Value: "\xd4\xee\xf2\xee \xff"}),
		say(exifRef, pipeline.Where{}, pipeline.EncoderTrace{Source: "IFD0:Software", Value: "GIMP \xff\xfe"}),
		say(exifRef, pipeline.Where{}, pipeline.Disagreement{Group: "IFD0"}),
		say(containerRef, pipeline.Where{}, pipeline.Keyframes{}),
		say(frameRef, pipeline.Where{}, pipeline.FrameHashes{Algorithm: "pdq"}),
	)
	d.Examination.Outcomes = append(d.Examination.Outcomes, pipeline.Outcome{By: pipeline.Ref{Analyzer: "x"}, Status: pipeline.Failed, Reason: "quoted \xff\xff"})
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var shelved pipeline.Dossier
	if err := json.Unmarshal(b, &shelved); err != nil {
		t.Fatal(err)
	}
	fresh, err := Freeze(d, rules.All(), methods(), 2)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Freeze(shelved, rules.All(), methods(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fresh, back); diff != "" {
		t.Errorf("(-fresh +shelved):\n%s", diff)
	}
	if _, doc := issued(t, d); validate(t, compiled(t), doc) != nil {
		t.Error(validate(t, compiled(t), doc))
	}
}

func TestFreezeDoesNotChangeItsDossier(t *testing.T) {
	t.Parallel()
	d := photo()
	if _, err := Freeze(d, rules.All(), methods(), 61); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(photo(), d); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestFindingsStandByWeightCodeAndCites(t *testing.T) {
	t.Parallel()
	rule := func(code pipeline.Code, weights ...pipeline.Weight) pipeline.Rule {
		return pipeline.Rule{Code: code, Judge: func(pipeline.Dossier) []pipeline.Finding {
			var out []pipeline.Finding
			for i, w := range weights {
				out = append(out, pipeline.Finding{Code: code, Weight: w, Values: map[string]string{}, Cites: []pipeline.Cite{{What: fmt.Sprint("field ", 9-i)}}})
			}
			return out
		}}
	}
	core, err := Freeze(plain(), []pipeline.Rule{
		rule("b.two", pipeline.Note, pipeline.Note, pipeline.Contradicts), rule("a.one", pipeline.Supports, pipeline.Questions, pipeline.Note),
	}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range core.Findings {
		got = append(got, fmt.Sprint(f.Weight, " ", f.Code, " ", f.Cites[0].What))
	}
	want := []string{
		"contradicts b.two field 7", "questions a.one field 8", "supports a.one field 9",
		"note a.one field 7", "note b.two field 8", "note b.two field 9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRulesAreHeldToTheirContract(t *testing.T) {
	t.Parallel()
	cite := []pipeline.Cite{{What: "x"}}
	for name, judge := range map[string]func(pipeline.Dossier) []pipeline.Finding{
		"another code": func(pipeline.Dossier) []pipeline.Finding {
			return []pipeline.Finding{{Code: "b.c", Weight: pipeline.Note, Cites: cite}}
		},
		"no weight": func(pipeline.Dossier) []pipeline.Finding { return []pipeline.Finding{{Code: "a.b", Cites: cite}} },
		"cites nothing": func(pipeline.Dossier) []pipeline.Finding {
			return []pipeline.Finding{{Code: "a.b", Weight: pipeline.Note}}
		},
		"panics": func(pipeline.Dossier) []pipeline.Finding { panic("x") },
	} {
		if _, err := Freeze(plain(), []pipeline.Rule{{Code: "a.b", Judge: judge}}, nil, 0); err == nil || !strings.Contains(err.Error(), "rule a.b") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatCannotBeCarriedIsSaid(t *testing.T) {
	t.Parallel()
	d := plain()
	d.Examination.Measurements = append(d.Examination.Measurements,
		say(containerRef, pipeline.Where{}, pipeline.Container{Format: "mp4", BitRate: math.MaxInt64}),
		say(containerRef, pipeline.Where{}, pipeline.Keyframes{Times: []float64{0, math.NaN()}}),
		say(exifRef, pipeline.Where{}, pipeline.Position{Latitude: math.Inf(1)}),
		say(exifRef, pipeline.At(1<<60, 2), pipeline.Tag{Reader: "x"}),
	)
	many := pipeline.Rule{Code: "a.b", Judge: func(pipeline.Dossier) []pipeline.Finding {
		var out []pipeline.Finding
		for i := range 150 {
			out = append(out, pipeline.Finding{Code: "a.b", Weight: pipeline.Note, Cites: []pipeline.Cite{{What: fmt.Sprintf("%03d", i)}}})
		}
		return out
	}}
	core, err := Freeze(d, []pipeline.Rule{many}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(core.Measurements); n != 1 {
		t.Errorf("%d measurements are carried, want 1", n)
	}
	if n := len(core.Findings); n != MaxFindings {
		t.Errorf("%d findings are carried, want %d", n, MaxFindings)
	}
	var got []string
	for _, o := range core.Outcomes {
		if o.By == self {
			got = append(got, string(o.Status)+": "+o.Reason)
		}
	}
	want := []string{
		"partial: statements left out because a number in them has no exact JSON form: container: 2, exif: 2",
		"partial: a.b: 100 of 150 findings are carried",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, _, err := Issue(core, withRevisionOne(envelope(t, d))); err != nil {
		t.Error(err)
	}
}

func withRevisionOne(i pipeline.Issue) pipeline.Issue {
	i.Revision, i.Prior = 1, nil
	return i
}

func TestNeighboursAreTheNearestAndBounded(t *testing.T) {
	t.Parallel()
	d := plain()
	for i := range 60 {
		n := pipeline.Neighbour{Other: pipeline.Item{Digest: digest(fmt.Sprint(i))}, Match: pipeline.Match{Basis: pipeline.SharedFootage, Strength: pipeline.Suggested, Distance: i}}
		switch i {
		case 58:
			n.Match.Strength = pipeline.Confirmed
		case 59:
			n.Match.Strength, n.Match.Basis = pipeline.Confirmed, pipeline.SameMedia
		}
		d.Neighbours = append(d.Neighbours, n)
	}
	core, err := Freeze(d, nil, nil, 70)
	if err != nil {
		t.Fatal(err)
	}
	if len(core.Neighbours) != pipeline.MaxNeighbours || core.Matches != 70 {
		t.Fatalf("%d of %d", len(core.Neighbours), core.Matches)
	}
	var got []int
	for _, n := range core.Neighbours[:4] {
		got = append(got, n.Match.Distance)
	}
	if diff := cmp.Diff([]int{59, 58, 0, 1}, got); diff != "" {
		t.Errorf("distances of the first four (-want +got):\n%s", diff)
	}
	if _, err := Freeze(photo(), nil, nil, 1); !errors.Is(err, pipeline.ErrMalformed) {
		t.Errorf("fewer matches than neighbours: %v", err)
	}
}

// What a person parted stays listed, behind all that nobody did, however near it is.
func TestWhatAPersonPartedStandsLast(t *testing.T) {
	t.Parallel()
	d := photo()
	d.Neighbours[0].Decision = &pipeline.PairDecision{A: digest("a"), B: digest("b"), Verdict: pipeline.Different, By: "N. K."}
	near, far := d.Neighbours[0].Other.Digest, d.Neighbours[1].Other.Digest
	core, err := Freeze(d, rules.All(), methods(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if core.Neighbours[0].Other.Digest != far || core.Neighbours[1].Other.Digest != near || core.Neighbours[1].Decision == nil {
		t.Errorf("listed %v", core.Neighbours)
	}
}

func TestIssueHoldsTheEnvelopeToItsCore(t *testing.T) {
	t.Parallel()
	core, err := Freeze(photo(), rules.All(), methods(), 61)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*pipeline.Issue){
		"no revision":                func(i *pipeline.Issue) { i.Revision = 0 },
		"a first with a prior":       func(i *pipeline.Issue) { i.Revision = 1 },
		"a second without":           func(i *pipeline.Issue) { i.Prior = nil },
		"a receipt missing":          func(i *pipeline.Issue) { i.Receipts = i.Receipts[1:] },
		"a receipt twice":            func(i *pipeline.Issue) { i.Receipts[0] = i.Receipts[1] },
		"a receipt of another thing": func(i *pipeline.Issue) { i.Receipts[0].Key = digest("other") },
	} {
		env := envelope(t, photo())
		change(&env)
		if _, _, err := Issue(core, env); !errors.Is(err, pipeline.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenGivesBackWhatWasIssued(t *testing.T) {
	t.Parallel()
	for name, make := range samples() {
		r, doc := issued(t, make())
		got, err := Open(doc)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("%s (-issued +opened):\n%s", name, diff)
		}
	}
}

// Every byte of a document counts: change any one and it no longer opens.
func TestOpenRefusesAChangedDocument(t *testing.T) {
	t.Parallel()
	_, doc := issued(t, plain())
	core := bytes.Index(doc, []byte(`"issue":`))
	if core < 0 {
		t.Fatal("no issue in the document")
	}
	for i := range core {
		changed := bytes.Clone(doc)
		changed[i] ^= 1
		if _, err := Open(changed); err == nil {
			t.Fatalf("byte %d of the core: %q instead of %q opens", i, changed[i], doc[i])
		}
	}
	if _, err := Open(append(bytes.Clone(doc), '\n')); !errors.Is(err, pipeline.ErrCorrupt) {
		t.Errorf("a line end: %v", err)
	}
	if _, err := Open([]byte(`{"schema":"dokaz.report/v9"}`)); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("another schema: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"photo", "video", "plain"} {
		doc, err := os.ReadFile(filepath.Join("testdata", name+".report.json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := Open(doc)
		if err != nil {
			return
		}
		again, err := pipeline.Canonical(r)
		if err != nil || !bytes.Equal(again, doc) {
			t.Fatalf("opened, but is not canonical: %v", err)
		}
	})
}
