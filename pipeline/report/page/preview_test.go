package page

import (
	"slices"
	"strings"
	"testing"

	"dokaz/pipeline"
)

// Where only a preview of the file's can be shown, the page says that it is no picture of the item.
func TestPreviewsAreCalledPreviews(t *testing.T) {
	t.Parallel()
	r, doc := sample(t, "photo")
	give := func(d pipeline.Digest) ([]byte, string, error) {
		if d == (pipeline.Digest{2}) {
			return pixel, "image/gif", nil
		}
		return nil, "", pipeline.ErrNotFound
	}
	preview := func(d pipeline.Digest, side int) pipeline.Measurement {
		return pipeline.Measurement{Fact: pipeline.Derivative{Role: "embedded-preview", MediaType: "image/jpeg", Digest: d, Width: side, Height: side}}
	}
	const note = "Preview that the file holds, not the picture"
	r.Core.Measurements = append(r.Core.Measurements, preview(pipeline.Digest{1}, 160), preview(pipeline.Digest{2}, 1280), preview(pipeline.Digest{3}, 640))
	if strings.Contains(rendered(t, r, doc, give), note) {
		t.Error("a preview stands where there is a picture")
	}
	r.Core.Measurements = slices.DeleteFunc(r.Core.Measurements, func(m pipeline.Measurement) bool {
		d, is := m.Fact.(pipeline.Derivative)
		return is && strings.HasPrefix(d.Role, "thumbnail")
	})
	got := rendered(t, r, doc, give)
	if strings.Count(got, note) < 2 || !strings.Contains(got, "data:image/gif") {
		t.Error("the largest preview does not stand for the picture, or is not called one")
	}
}
