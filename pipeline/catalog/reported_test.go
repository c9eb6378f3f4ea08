package catalog_test

import (
	"errors"
	"testing"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/google/go-cmp/cmp"
)

func TestReportsAreRevisionsInARow(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	examine(t, c, cl, b, near(a, b))
	rev := catalog.Revision{Item: a.Digest, Number: 1, Doc: pipeline.DigestOf([]byte("d")), Core: pipeline.DigestOf([]byte("c")), At: cl.now(),
		Findings: map[pipeline.Weight]int{pipeline.Note: 2}, Codes: []pipeline.Code{"meta.absent"}, Matches: 1, Degree: 1, Cluster: pipeline.Cluster{Representative: a.Digest, Size: 2}}
	cl.move(time.Minute)
	if err := c.CommitReported(t.Context(), claim(t, c, cl, pipeline.StepReport, a.Digest), rev); err != nil {
		t.Fatal(err)
	}
	got, err := c.Latest(t.Context(), a.Digest)
	if diff := cmp.Diff(rev, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	task(t, c, cl.now(), pipeline.StepPublish, a.Digest)
	if err := c.Want(t.Context(), pipeline.StepReport, a.Digest); err != nil {
		t.Fatal(err)
	}
	if err := c.CommitReported(t.Context(), claim(t, c, cl, pipeline.StepReport, a.Digest), rev); !errors.Is(err, pipeline.ErrSuperseded) {
		t.Errorf("revision 1 twice: %v, want ErrSuperseded", err)
	}
}

func TestGatherTellsNeighbours(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "first/a.jpg")
	b, _ := receive(t, c, "b", "b.jpg")
	examine(t, c, cl, a)
	m := near(a, b)
	examine(t, c, cl, b, m)
	got, err := c.Gather(t.Context(), b.Digest, func(own pipeline.Degree, near []pipeline.Degree) pipeline.Cluster {
		if diff := cmp.Diff([]pipeline.Degree{{Item: a.Digest, Neighbours: 1}}, near); diff != "" || own.Neighbours != 1 {
			t.Error(own, diff)
		}
		return pipeline.Cluster{Representative: own.Item, Size: 1 + len(near)}
	})
	if err != nil || got.Matches != 1 || got.Degree != 1 {
		t.Fatalf("%d matches, degree %d, %v", got.Matches, got.Degree, err)
	}
	if diff := cmp.Diff([]pipeline.Neighbour{{Match: m, Other: a, Name: "a"}}, got.Neighbours); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&pipeline.Cluster{Representative: b.Digest, Size: 2}, got.Cluster); diff != "" {
		t.Error(diff)
	}
}

// An item that was examined again while another was being compared with what it used to look like: only what is
// visible now counts.
func TestAMatchWithWhatIsNoLongerVisibleIsDropped(t *testing.T) {
	t.Parallel()
	c, cl := open(t)
	a, _ := receive(t, c, "a", "a")
	b, _ := receive(t, c, "b", "b")
	examine(t, c, cl, a)
	stale := catalog.Examined{Matches: []pipeline.Match{near(a, b)}, Seen: 0}
	met := 0
	_, err := c.CommitExamined(t.Context(), claim(t, c, cl, pipeline.StepExamine, b.Digest), stale, func(newer []pipeline.Prints) ([]pipeline.Match, error) {
		met = len(newer)
		return nil, nil
	})
	ms, err2 := c.Matches(t.Context())
	if met != 1 || len(ms) != 0 || err != nil || err2 != nil {
		t.Errorf("%d related anew, matches %v (%v, %v): want 1 and none", met, ms, err, err2)
	}
}
