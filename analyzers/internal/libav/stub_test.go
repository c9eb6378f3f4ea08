//go:build !libav

package libav

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"dokaz/pipeline"
)

func TestWithoutLibavEverythingIsUnsupported(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, open := Open(ctx, bytes.NewReader(nil), 0, "mp4", Limits{})
	_, still := DecodeStill(ctx, bytes.NewReader(nil), 0, "jpeg", 0, Limits{})
	for name, err := range map[string]error{"Open": open, "DecodeStill": still} {
		if !errors.Is(err, pipeline.ErrUnsupported) || err.Error() != "unsupported: no decoder in this build: built without the libav tag" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
