//go:build !libav

package sound

import (
	"bytes"
	"errors"
	"testing"

	"dokaz/pipeline"
)

func TestWithoutADecoderSoundIsUnsupported(t *testing.T) {
	t.Parallel()
	var o pipeline.Original = original{bytes.NewReader(nil)}
	if err := New().Read(t.Context(), pipeline.Item{Format: "wav"}, o, nil); !errors.Is(err, pipeline.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}

type original struct{ *bytes.Reader }

func (original) Close() error { return nil }
