package sandbox

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"dokaz/pipeline"
)

// States of a layer.
const (
	on          = "on"
	off         = "off"
	unavailable = "unavailable"
)

// layer is one wall: what this machine offers, and how a child puts it up before it reads a byte.
type layer struct {
	name  string
	probe func(Limits) (state, detail string)
	apply func(Limits) error // nil where nothing is put up yet; its failure ends the child
}

// walls is the list of layers in the order in which a child puts them up: later ones may take away what
// earlier ones need.
func walls() []layer {
	return []layer{
		{"rlimits", probeRlimits, applyRlimits},
		{"namespaces", probeNamespaces, nil},
		{"cgroup", probeCgroup, nil},
		{"landlock", probeLandlock, nil},
		{"seccomp", probeSeccomp, nil},
	}
}

// Layers tells, for each wall, whether it stands round children of these limits: "on", "off" where the
// machine offers it and it is not used, "unavailable" where the machine does not offer it.
func Layers(l Limits) []pipeline.Layer {
	l = l.filled()
	var out []pipeline.Layer
	for _, w := range walls() {
		state, detail := w.probe(l)
		out = append(out, pipeline.Layer{Name: w.name, State: state, Detail: detail})
	}
	return out
}

// apply puts up every wall there is, or says which one would not stand.
func apply(l Limits) error {
	for _, w := range walls() {
		if w.apply == nil {
			continue
		}
		if err := w.apply(l); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

func probeNamespaces(Limits) (string, string) {
	if _, err := os.Stat("/proc/self/ns/user"); err != nil {
		return unavailable, "the kernel has no user namespaces"
	}
	for _, knob := range []string{"/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"} {
		if b, err := os.ReadFile(knob); err == nil && strings.TrimSpace(string(b)) == "0" {
			return unavailable, "switched off by " + strings.ReplaceAll(strings.TrimPrefix(knob, "/proc/sys/"), "/", ".")
		}
	}
	return off, "offered by the kernel, not used"
}

func probeCgroup(Limits) (string, string) {
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		b, err := os.ReadFile(root + "/cgroup.controllers")
		if err != nil {
			continue
		}
		if has := strings.Fields(string(b)); contains(has, "memory") && contains(has, "pids") {
			return off, "controllers memory and pids offered, not used"
		}
	}
	return unavailable, "no version 2 hierarchy with the controllers memory and pids"
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// probeLandlock asks for the version of the interface (landlock_create_ruleset(2), LANDLOCK_CREATE_RULESET_VERSION).
func probeLandlock(Limits) (string, string) {
	const version = 1
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, version)
	if errno != 0 {
		return unavailable, "not offered by the kernel: " + errno.Error()
	}
	return off, fmt.Sprintf("offered by the kernel in version %d, not used", abi)
}

func probeSeccomp(Limits) (string, string) {
	if _, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil {
		return unavailable, "not offered by the kernel"
	}
	return off, "offered by the kernel, not used"
}
