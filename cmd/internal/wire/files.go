package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"dokaz/analyzers"
	"dokaz/pipeline"
)

// Version is set by the build.
var Version = "0.1.0-dev"

// Tool names this program, its version and toolchain as reports quote it.
func Tool() string {
	out := "dokaz " + Version
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				out += " " + s.Value[:12]
			}
		}
	}
	return out + " (" + runtime.Version() + ")"
}

// Specs lists the analyzers of this build as they are within the limits.
func Specs(l pipeline.Limits) []pipeline.Spec {
	var out []pipeline.Spec
	for _, a := range analyzers.All(l) {
		out = append(out, a.Spec())
	}
	return out
}

// maxDerived bounds a derivative or a frozen report read back, in bytes.
const maxDerived = 256 << 20

// derived reads a blob of the derived shelf and checks its digest.
func (h *House) derived(ctx context.Context, d pipeline.Digest) ([]byte, error) {
	o, err := h.Derived.OpenVerified(ctx, d)
	if err != nil {
		return nil, err
	}
	if o.Size() > maxDerived {
		return nil, errors.Join(fmt.Errorf("%w: %d bytes over %d", pipeline.ErrRefused, o.Size(), maxDerived), o.Close())
	}
	b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	return b, errors.Join(err, o.Close())
}

// picture gives pages the bytes of derivatives.
func (h *House) picture(ctx context.Context) func(pipeline.Digest) ([]byte, string, error) {
	return func(d pipeline.Digest) ([]byte, string, error) {
		b, err := h.derived(ctx, d)
		return b, "image/jpeg", err
	}
}

func mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}
