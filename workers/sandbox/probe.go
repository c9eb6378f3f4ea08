package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// plan says which walls a child gets besides its limits.
type plan struct {
	Nobody     bool // root is given up
	Namespaces bool
	Landlock   bool
	Seccomp    bool
}

// holds says whether the walls keep a process from files, the network and other processes: seccomp does by itself,
// Landlock and namespaces do together.
func (p plan) holds() bool { return p.Seccomp || p.Namespaces && p.Landlock }

// plans lists what may be tried of the plan wanted, most walls first. A child puts up seccomp itself and says whether it stands.
func (p plan) plans() []plan {
	var out []plan
	for _, n := range []bool{true, false} {
		for _, l := range []bool{true, false} {
			for _, u := range []bool{true, false} {
				if try := (plan{p.Nobody && u, p.Namespaces && n, p.Landlock && l, p.Seccomp}); !slices.Contains(out, try) {
					out = append(out, try)
				}
			}
		}
	}
	count := func(p plan) (n int) {
		for _, is := range []bool{p.Nobody, p.Namespaces, p.Landlock} {
			if is {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b plan) int { return count(b) - count(a) })
	return out
}

// found is what starting a child on this machine taught.
type found struct {
	plan   plan
	groups *groups           // nil where there are none
	reason map[string]string // of what does not stand, by layer
}

// probe starts children with fewer and fewer walls until one says hello. That one is kept, with the nursery that started it.
func probe(o Options) (*starter, *process, found, error) {
	f := found{reason: map[string]string{}}
	wanted := plan{
		Nobody:     os.Geteuid() == 0 && !slices.Contains(o.Without, layerPrivileges),
		Namespaces: !slices.Contains(o.Without, layerNamespaces),
		Landlock:   !slices.Contains(o.Without, layerLandlock),
		Seccomp:    !slices.Contains(o.Without, layerSeccomp),
	}
	f.group(o)
	var all error
	for _, try := range wanted.plans() {
		s, p, err := attempt(try, o.Limits)
		var w wallError
		if err != nil && !errors.As(err, &w) { // no wall is to blame by name: perhaps the machine was busy
			s, p, err = attempt(try, o.Limits)
		}
		if err == nil {
			f.plan = try
			f.plan.Seccomp = try.Seccomp && p.hello.Seccomp == ""
			if try.Seccomp {
				f.reason[layerSeccomp] = clean(p.hello.Seccomp)
			}
			s.plan = f.plan
			f.place(p)
			return s, p, f, nil
		}
		all = errors.Join(all, err)
		if errors.As(err, &w) {
			f.reason[w.layer] = clean(w.err.Error())
		} else if try.Namespaces && f.reason[layerNamespaces] == "" {
			f.reason[layerNamespaces] = clean(err.Error())
		}
	}
	if f.groups != nil {
		all = errors.Join(all, f.groups.close())
	}
	return nil, nil, f, all
}

// group makes control groups. It comes before the nursery is started: by version 2 this process moves to a group of its own, and what it
// starts later is there, too.
func (f *found) group(o Options) {
	if slices.Contains(o.Without, layerCgroup) {
		return
	}
	g, err := newGroups(o.tree, o.Limits)
	f.groups = g
	f.ungrouped(err)
}

// place puts the first child into a group; where that fails there are none.
func (f *found) place(p *process) {
	err := p.join(f.groups)
	if err == nil {
		return
	}
	p.group = nil
	f.ungrouped(errors.Join(errNoGroups, err, f.groups.close()))
	f.groups = nil
}

func (f *found) ungrouped(err error) {
	if err != nil {
		f.reason[layerCgroup] = clean(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// groupDetail tells what control groups bound.
func (f found) groupDetail() string {
	if f.groups == nil {
		return ""
	}
	return f.groups.detail()
}

// attempt starts one child with these walls and waits for its hello.
func attempt(try plan, l Limits) (*starter, *process, error) {
	s, err := newStarter(try)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.start(orders{Limits: l, Plan: try, Probe: true})
	if err == nil {
		if err = p.ready(context.Background()); err == nil {
			return s, p, nil
		}
		err = errors.Join(err, p.dismiss())
	}
	return nil, nil, errors.Join(err, s.stop())
}

// layers tells every wall and its state.
func (f found) layers(o Options) []pipeline.Layer {
	version, _ := landlockVersion()
	out := []pipeline.Layer{
		{Name: layerRlimits, State: on, Detail: rlimitsDetail(o.Limits, f.plan.Namespaces)},
		{Name: layerPrivileges, State: on, Detail: f.privileges(o)},
		f.layer(o, layerNamespaces, f.plan.Namespaces, strings.Join(namespaces, ", ")),
		f.layer(o, layerCgroup, f.groups != nil, f.groupDetail()),
		f.layer(o, layerLandlock, f.plan.Landlock, landlockDetail(version)),
		f.layer(o, layerSeccomp, f.plan.Seccomp, fmt.Sprintf("%d system calls allowed, all others refused", distinctCalls())),
	}
	if o.Unsafe {
		out = append(out, pipeline.Layer{Name: layerUnsafe, State: on, Detail: "set by hand: files are examined whatever walls are missing"})
	}
	return out
}

func (f found) layer(o Options, name string, stands bool, detail string) pipeline.Layer {
	switch {
	case stands:
		return pipeline.Layer{Name: name, State: on, Detail: detail}
	case slices.Contains(o.Without, name):
		return pipeline.Layer{Name: name, State: off, Detail: leftAway}
	}
	return pipeline.Layer{Name: name, State: unavailable, Detail: f.why(name)}
}

const leftAway = "left away by the setting child.without"

func (f found) privileges(o Options) string {
	switch {
	case f.plan.Nobody:
		return fmt.Sprintf("root given up for user %d, no new privileges, no memory dumps", nobody)
	case os.Geteuid() != 0:
		return "an ordinary user, no new privileges, no memory dumps"
	case slices.Contains(o.Without, layerPrivileges):
		return "root kept: " + leftAway + "; no new privileges, no memory dumps"
	}
	return "root kept: " + f.why(layerPrivileges) + "; no new privileges, no memory dumps"
}

// why says what keeps a wall from standing, by the machine's own switches where they tell.
func (f found) why(name string) string {
	reason := f.reason[name]
	if name == layerNamespaces {
		for _, knob := range []string{"user.max_user_namespaces", "kernel.unprivileged_userns_clone"} {
			if b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(knob, ".", "/")); err == nil && strings.TrimSpace(string(b)) == "0" {
				return "switched off by " + knob
			}
		}
	}
	if reason == "" {
		return "a child with it does not start here"
	}
	return "not permitted here: " + reason
}

func landlockDetail(version int) string {
	out := fmt.Sprintf("version %d: no file but the program's own", version)
	if version >= 4 {
		out += ", no TCP"
	}
	if version >= 6 {
		out += ", no signals to and no abstract sockets of others"
	}
	return out
}

func distinctCalls() int {
	numbers := map[uintptr]bool{}
	for _, c := range calls(0) {
		numbers[c.number] = true
	}
	return len(numbers)
}
