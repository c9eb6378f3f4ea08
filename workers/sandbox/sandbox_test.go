package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"

	"github.com/google/go-cmp/cmp"
)

// child returns a Child with limits fit for tests; Wall and CPU are long unless given.
func child(t *testing.T, l Limits, without ...string) *Child {
	t.Helper()
	if l.AddressSpace == 0 {
		l.AddressSpace = testSpace
	}
	c := newChild(t, Options{Limits: l, Without: without, Unsafe: len(without) > 0})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func newChild(t testing.TB, o Options) *Child {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func examine(t *testing.T, c *Child, content string, names ...string) Result {
	t.Helper()
	it, o := inMemory(content)
	r, err := c.Examine(t.Context(), it, o, refsOf(names...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// verdicts is the outcomes as "name status: reason".
func verdicts(r Result) []string {
	var out []string
	for _, o := range r.Examination.Outcomes {
		line := o.By.Analyzer + " " + string(o.Status)
		if o.Reason != "" {
			line += ": " + o.Reason
		}
		out = append(out, line)
	}
	return out
}

// facts is the measurements as "analyzer name=value".
func facts(r Result) []string {
	var out []string
	for _, m := range r.Examination.Measurements {
		if f, ok := m.Fact.(pipeline.Tag); ok {
			out = append(out, m.By.Analyzer+" "+f.Name+"="+f.Value)
		}
	}
	return out
}

func TestAnItemComesBackWhole(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	for round := range 3 { // a fresh child, then spares
		got := examine(t, c, "content", "two", "one", "silent", "picture")
		thumb := []byte("thumb")
		by := refsOf("two", "one", "silent", "picture")
		want := Result{
			Examination: pipeline.Examination{
				Outcomes: []pipeline.Outcome{
					{By: by[0], Status: pipeline.Done, Took: time.Millisecond},
					{By: by[1], Status: pipeline.Done, Took: time.Millisecond},
					{By: by[2], Status: pipeline.Done, Took: time.Millisecond},
					{By: by[3], Status: pipeline.Done, Took: time.Millisecond},
				},
				Measurements: []pipeline.Measurement{
					{By: by[0], Where: pipeline.In("/two"), Fact: tag("two", "2")},
					{By: by[1], Where: pipeline.In("/one"), Fact: tag("one", "1")},
					{By: by[3], Where: pipeline.In("/picture"), Fact: pipeline.Derivative{Role: "thumbnail", MediaType: "image/png", Digest: pipeline.DigestOf(thumb)}},
				},
			},
			Derivatives: map[pipeline.Digest][]byte{pipeline.DigestOf(thumb): thumb},
			Layers:      c.Layers(),
		}
		if got.Use.CPU <= 0 || got.Use.Resident < 1<<20 {
			t.Errorf("round %d: took %+v", round, got.Use)
		}
		got.Use = Use{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: %s", round, diff)
		}
	}
}

func TestBytesReachTheChildUnchanged(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	content := strings.Repeat("evidence", 100_000)
	for name, open := range map[string]func() (pipeline.Item, pipeline.Original){
		"copied to memory":         func() (pipeline.Item, pipeline.Original) { return inMemory(content) },
		"from a file":              func() (pipeline.Item, pipeline.Original) { return inFile(t, content, os.O_RDONLY) },
		"from a file open to both": func() (pipeline.Item, pipeline.Original) { return inFile(t, content, os.O_RDWR) },
		"empty":                    func() (pipeline.Item, pipeline.Original) { return inMemory("") },
	} {
		it, o := open()
		r, err := c.Examine(t.Context(), it, o, refsOf("digest"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sealed := content
		if name == "empty" {
			sealed = ""
		}
		want := []string{"digest digest=" + pipeline.DigestOf([]byte(sealed)).String()}
		if diff := cmp.Diff(want, facts(r)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTheChildCannotWriteToTheOriginal(t *testing.T) {
	t.Parallel()
	walled, open := child(t, Limits{}), child(t, Limits{}, Removable()...)
	for name, original := range map[string]func() (pipeline.Item, pipeline.Original){
		"memory": func() (pipeline.Item, pipeline.Original) { return inMemory("evidence") },
		"file":   func() (pipeline.Item, pipeline.Original) { return inFile(t, "evidence", os.O_RDWR) },
	} {
		for c, want := range map[*Child]string{walled: "operation not permitted", open: "bad file descriptor"} {
			it, o := original()
			r, err := c.Examine(t.Context(), it, o, refsOf("write"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"write write=" + want}, facts(r)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

func TestTextThatIsNotUTF8ComesBackReplaced(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{}), "x", "odd text")
	if diff := cmp.Diff([]string{"odd text <\uFFFD&\u202e>=\x00\uFFFD("}, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestTheChildStopsByItselfBeforeItsLimits(t *testing.T) {
	t.Parallel()
	const wall = testPatience
	r := examine(t, child(t, Limits{Wall: wall}), "x", "patient", "one")
	if diff := cmp.Diff([]string{"patient failed: refused: time limit of " + seconds(soft(wall)) + " reached", "one done"}, verdicts(r)); diff != "" || len(r.Deaths) > 0 {
		t.Error(diff, r.Deaths)
	}
}

func TestAnalyzersAreHeldToTheReplysBounds(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{}), "x", "talk", "talk too much", "one")
	want := []string{"talk done", "talk too much failed: refused: limit of 64 MiB in one reply reached", "one done"}
	if diff := cmp.Diff(want, verdicts(r)); diff != "" || len(r.Deaths) > 0 {
		t.Error(diff, r.Deaths)
	}
	if n := len(facts(r)); n < 20_000+10 {
		t.Errorf("%d facts", n)
	}
}

func TestTheChildHasNothingButItsDescriptors(t *testing.T) {
	t.Parallel()
	leak, err := unix.Dup(2) // without close-on-exec, as one inherited from a careless parent would be
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(leak)
	it, o := inFile(t, "x", os.O_RDONLY)
	r, err := child(t, Limits{}).Examine(t.Context(), it, o, refsOf("descriptors"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"descriptors 0=0x2000 0 both", "descriptors 1=0x2000 0 both", "descriptors 2=0x1000 0 write",
		"descriptors 3=0x8000 1 read", "descriptors 4=0x1000 0 write"} // the null device, a pipe, the original, a pipe
	if diff := cmp.Diff(want, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestTheChildHasNoEnvironmentOfOurs(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{Heap: 1 << 30, Processors: 3}), "x", "environment")
	want := []string{"environment environment=TZ=UTC GOTRACEBACK=none GOMAXPROCS=3 GOMEMLIMIT=1073741824"}
	if diff := cmp.Diff(want, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestTheChildLimitsItself(t *testing.T) {
	t.Parallel()
	r := examine(t, child(t, Limits{CPU: 1500 * time.Millisecond}), "x", "limits")
	want := []string{
		fmt.Sprint("limits RLIMIT_AS=", testSpace, " ", testSpace),
		"limits RLIMIT_CPU=2 3", "limits RLIMIT_FSIZE=0 0", "limits RLIMIT_NOFILE=32 32", "limits RLIMIT_CORE=0 0", "limits RLIMIT_NPROC=64 64",
	}
	if diff := cmp.Diff(want, facts(r)); diff != "" {
		t.Error(diff)
	}
}

func TestAChildWithoutWallsIsNotAsked(t *testing.T) {
	t.Parallel()
	it, o := inMemory("x")
	c := child(t, Limits{Heap: heapWithoutWalls})
	_, err := c.Examine(t.Context(), it, o, refsOf("one")) // by the child that tried the walls
	if err == nil {
		_, err = c.Examine(t.Context(), it, o, refsOf("one"))
	}
	want := "sandbox: the child did not put up its walls (exit status 96): seccomp: not permitted\n"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestOriginalsThatAreNotWhatTheItemSays(t *testing.T) {
	t.Parallel()
	c := child(t, Limits{})
	it, o := inMemory("evidence")
	it.Size = 7
	if _, err := c.Examine(t.Context(), it, o, refsOf("one")); !errors.Is(err, pipeline.ErrCorrupt) {
		t.Errorf("size: %v", err)
	}
	it, o = inFile(t, "evidence", os.O_RDONLY)
	if err := os.Truncate(o.(fileOriginal).file.Name(), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Examine(t.Context(), it, o, refsOf("one")); !errors.Is(err, pipeline.ErrCorrupt) {
		t.Errorf("file's size: %v", err)
	}
	small := newChild(t, Options{Copy: 4})
	defer small.Close()
	it, o = inMemory("evidence")
	if _, err := small.Examine(t.Context(), it, o, refsOf("one")); !errors.Is(err, pipeline.ErrRefused) {
		t.Errorf("copy: %v", err)
	}
}

func TestCloseLeavesNothing(t *testing.T) { // not parallel: it counts
	before, fds := runtime.NumGoroutine(), descriptors(t)
	c := newChild(t, Options{Limits: Limits{AddressSpace: testSpace}, Spares: 2})
	c.Warm()
	for range 3 {
		examine(t, c, "x", "one")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	it, o := inMemory("x")
	if _, err := c.Examine(t.Context(), it, o, refsOf("one")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	eventually(t, "no processes", func() bool { n, c := family(os.Getpid()); return len(n)+len(c) == 0 })
	eventually(t, "no goroutines", func() bool { return runtime.NumGoroutine() <= before })
	if n := descriptors(t); n > fds {
		t.Errorf("%d descriptors, %d before", n, fds)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range list {
		if to, _ := os.Readlink("/proc/self/fd/" + e.Name()); !strings.HasPrefix(to, "anon_inode:[event") { // the runtime's own
			n++
		}
	}
	return n
}

func TestLayersNameEveryWall(t *testing.T) {
	t.Parallel()
	var names []string
	for _, l := range child(t, Limits{AddressSpace: 6 << 30}).Layers() {
		names = append(names, l.Name)
		if l.Name == layerRlimits {
			want := "address space 6 GiB, CPU 60 s, wall clock 120 s, no file growth, 32 descriptors, no core file"
			if l.State != on || !strings.HasPrefix(l.Detail, want) {
				t.Errorf("%+v", l)
			}
		} else if l.State != on && l.State != unavailable && l.Name != layerCgroup || l.Detail == "" {
			t.Errorf("%+v", l)
		}
		t.Logf("%-12s %-12s %s", l.Name, l.State, l.Detail)
	}
	if diff := cmp.Diff([]string{"rlimits", "privileges", "namespaces", "cgroup", "landlock", "seccomp"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyElseMayBeTheChild(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"dokaz", Verb}, {"dokaz", Verb, "{}", "more"}, {"dokaz", Verb, "no orders"}, {"dokaz", Verb, `{"Unknown":1}`}} {
		if _, err := ordersOf(args); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
