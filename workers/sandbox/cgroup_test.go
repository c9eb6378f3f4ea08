package sandbox

import (
	"os"
	"strings"
	"testing"
)

// grouped is a child in control groups, or a loud skip.
func grouped(t *testing.T, l Limits, without ...string) *Child {
	t.Helper()
	c, err := New(Options{Limits: l, Without: without})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if c.groups == nil {
		for _, layer := range c.Layers() {
			if layer.Name == layerCgroup {
				t.Skipf("SKIPPED, NOT PASSED: cgroup %s: %s", layer.State, layer.Detail)
			}
		}
		t.Fatal("no layer is called cgroup")
	}
	return c
}

// TestMemoryIsBoundedByAControlGroup has a child use more memory than its group may, and fewer addresses than it may.
func TestMemoryIsBoundedByAControlGroup(t *testing.T) {
	t.Parallel()
	c := grouped(t, Limits{})
	c.groups.memory = 256 << 20
	for _, g := range c.groups.all {
		if err := c.groups.limit(g); err != nil {
			t.Fatal(err)
		}
	}
	r := examine(t, c, "x", "touch")
	if len(r.Deaths) != 2 || r.Deaths[0].Cause != "out of memory under 256 MiB memory limit" {
		t.Errorf("%+v", r.Deaths)
	}
	if r.Use.Resident > 300<<20 {
		t.Errorf("%d MiB resident", r.Use.Resident>>20)
	}
}

// TestTasksAreBoundedByAControlGroup lets a bomb of threads go off where no user namespace counts them.
func TestTasksAreBoundedByAControlGroup(t *testing.T) {
	t.Parallel()
	c := grouped(t, Limits{}, layerNamespaces)
	r := examine(t, c, "x", "threads")
	if n := len(facts(r)); n == 0 || n > maxTasks/10 {
		t.Errorf("%d times ten threads", n)
	}
}

// TestGroupsAreRemoved looks at the folders after the end.
func TestGroupsAreRemoved(t *testing.T) {
	t.Parallel()
	c := grouped(t, Limits{})
	examine(t, c, "x", "one")
	bases := c.groups.bases
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, dir := range bases {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
	}
}

// TestAGroupThatWasRemovedIsMadeAnew takes the groups away that wait for children.
func TestAGroupThatWasRemovedIsMadeAnew(t *testing.T) {
	t.Parallel()
	c := grouped(t, Limits{})
	examine(t, c, "x", "one")
	c.groups.mu.Lock()
	for _, g := range c.groups.free {
		for _, d := range g.dirs {
			if err := c.groups.tree.drop(d); err != nil {
				t.Error(err)
			}
		}
	}
	c.groups.mu.Unlock()
	for range 3 {
		if r := examine(t, c, "x", "one"); len(r.Deaths) > 0 {
			t.Errorf("%+v", r.Deaths)
		}
	}
}

// TestTheGroupsStateIsTold looks at the layer, whatever the machine delegates.
func TestTheGroupsStateIsTold(t *testing.T) {
	t.Parallel()
	for _, without := range [][]string{nil, {layerCgroup}} {
		c, err := New(Options{Without: without})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Layers() {
			if l.Name != layerCgroup {
				continue
			}
			switch {
			case without != nil && (l.State != off || c.groups != nil):
				t.Errorf("left away, it is %+v", l)
			case without == nil && c.groups != nil && (l.State != on || !strings.Contains(l.Detail, "memory 6 GiB, 80 tasks")):
				t.Errorf("%+v", l)
			case without == nil && c.groups == nil && (l.State != unavailable || !strings.Contains(l.Detail, "delegated")):
				t.Errorf("%+v", l)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
