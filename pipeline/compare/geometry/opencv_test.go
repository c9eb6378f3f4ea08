package geometry

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// answers are what OpenCV says of inputs that both see: testdata/opencv.py made them.
type answers struct {
	Homographies []struct {
		Name       string
		From, To   [][2]float64
		Noise      float64
		Homography Map
	}
	Polygons []struct {
		Polygon, Points    [][2]float64
		Within, Area, Hull float64
		Corners            int
	}
	Correlations []struct {
		Width       int
		A, B        []float64
		Correlation float64
	}
}

func opencv(t *testing.T) (a answers) {
	t.Helper()
	text, err := os.ReadFile("testdata/opencv.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func corners(ps [][2]float64) (out []corner) {
	for _, p := range ps {
		out = append(out, corner{p[0], p[1]})
	}
	return out
}

// farthestApart is the greatest distance, over the unit square, of where two maps take a point.
func farthestApart(t *testing.T, m, n Map) (worst float64) {
	t.Helper()
	for i := range 11 {
		for j := range 11 {
			u, v, ok := m.At(float64(i)/10, float64(j)/10)
			x, y, okToo := n.At(float64(i)/10, float64(j)/10)
			if !ok || !okToo {
				t.Fatalf("%v or %v takes a point of the square beyond the horizon", m, n)
			}
			worst = max(worst, math.Hypot(u-x, v-y))
		}
	}
	return worst
}

// Both are least squares of the distances in the second picture; ours holds the vanishing line off a little.
func TestHomographiesAreOpenCVs(t *testing.T) {
	t.Parallel()
	for _, c := range opencv(t).Homographies {
		var ps []place
		for i, p := range c.From {
			ps = append(ps, place{p[0], p[1], c.To[i][0], c.To[i][1]})
		}
		start, ok := affine(ps)
		if !ok {
			t.Fatalf("%s: no affine map", c.Name)
		}
		m, ok := homography(ps, start)
		if d := farthestApart(t, m, c.Homography); !ok || d > 0.0005 {
			t.Errorf("%s: %.5f off, noise is %.3f", c.Name, d, c.Noise)
		}
	}
}

func TestPolygonsAreOpenCVs(t *testing.T) {
	t.Parallel()
	for i, c := range opencv(t).Polygons {
		p := corners(c.Polygon)
		if got := area(clipped(p)); math.Abs(got-c.Within) > 1e-5 {
			t.Errorf("%d: %.6f lies within the square, not %.6f", i, got, c.Within)
		}
		if got := area(p); math.Abs(got-c.Area) > 1e-5 {
			t.Errorf("%d: area %.6f, not %.6f", i, got, c.Area)
		}
		if got := hull(corners(c.Points)); math.Abs(area(got)-c.Hull) > 1e-5 || len(got) != c.Corners {
			t.Errorf("%d: hull of %d corners, area %.6f; not %d, %.6f", i, len(got), area(got), c.Corners, c.Hull)
		}
	}
}

func TestCorrelationIsOpenCVs(t *testing.T) {
	t.Parallel()
	for i, c := range opencv(t).Correlations {
		a, b := luma{c.Width, len(c.A) / c.Width, c.A}, luma{c.Width, len(c.B) / c.Width, c.B}
		if got := correlate(a, b, 0, 0, a.w, a.h); math.Abs(got.correlation-c.Correlation) > 1e-5 || got.cells != len(c.A) {
			t.Errorf("%d: %.6f over %d cells, not %.6f", i, got.correlation, got.cells, c.Correlation)
		}
	}
}
