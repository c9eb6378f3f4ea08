//go:build libav

package media

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// made runs the ffmpeg program and returns the file it makes; without the program the test is skipped.
func made(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("SKIPPED, NOT PASSED: no ffmpeg program to make a film with")
	}
	out := filepath.Join(t.TempDir(), name)
	if said, err := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error"}, args...), out)...).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: ffmpeg: %v\n%s", err, said)
	}
	return out
}

// moments are the presentation times that the ffprobe program tells of a film's frames, from the first one's stated start.
func moments(t *testing.T, file string) (out []time.Duration) {
	t.Helper()
	said, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", file).Output()
	if err != nil {
		t.Skipf("SKIPPED, NOT PASSED: ffprobe: %v", err)
	}
	for _, line := range strings.Fields(string(said)) {
		seconds, err := strconv.ParseFloat(strings.Trim(line, ","), 64)
		if err != nil {
			t.Fatalf("ffprobe says %q", line)
		}
		out = append(out, time.Duration(seconds*float64(time.Second)))
	}
	return out
}

// shown is what the projector shows of a file.
func shown(t *testing.T, file string) []pipeline.Frame {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := pipeline.Sniff(data)
	s, err := project(New(), pipeline.Video, f.Name, data)
	if err != nil {
		t.Fatal(err)
	}
	return s.frames
}

// scenes is a film of 10 frames a second, each as bright as its number says.
const scenes = "color=black:size=64x48:rate=10:duration=6,geq=lum='16+3*N':cb=128:cr=128"

// level is the number of the frame in scenes.
func level(f pipeline.Frame) int {
	luma := int(f.Picture.(*image.YCbCr).Y[0])
	return (luma*219/255 + 1) / 3
}

// Frames that an edit list cuts off are not shown, and times count from where it begins, as players count.
func TestTimesHonourEditLists(t *testing.T) {
	t.Parallel()
	whole := made(t, "whole.mp4", "-f", "lavfi", "-i", scenes, "-c:v", "libx264", "-qp", "1", "-bf", "2", "-g", "100")
	// Copied from the middle of a group of pictures, all of it is kept and an edit list says where the picture begins.
	cut := made(t, "cut.mp4", "-ss", "2.05", "-i", whole, "-c", "copy")
	frames := shown(t, cut)
	want := moments(t, cut)
	if len(frames) == 0 || len(want) == 0 {
		t.Fatalf("%d frames, %d by ffprobe", len(frames), len(want))
	}
	if first := frames[0]; first.Time != 0 || level(first) < 20 || level(first) > 21 {
		t.Errorf("the first frame shown is number %d at %v", level(first), first.Time)
	}
	for _, f := range frames {
		if at := 100 * time.Millisecond * time.Duration(level(f)-level(frames[0])); absolute(f.Time-at) > 10*time.Millisecond {
			t.Errorf("frame %d at %v, want %v", level(f), f.Time, at)
		}
	}
	if last := frames[len(frames)-1].Time; last < 3500*time.Millisecond || last > 4*time.Second {
		t.Errorf("the last frame is at %v", last)
	}
}

// Of a film of variable frame rate each frame has the time it is shown at.
func TestTimesOfVariableRate(t *testing.T) {
	t.Parallel()
	// Frames 20 to 39 are left out but for every fifth, and time runs on.
	film := made(t, "variable.mp4", "-f", "lavfi", "-i", scenes+",select='lt(n,20)+gte(n,40)+not(mod(n,5))'", "-fps_mode", "vfr",
		"-c:v", "libx264", "-qp", "1", "-bf", "2")
	frames := shown(t, film)
	for _, f := range frames {
		if at := 100 * time.Millisecond * time.Duration(level(f)); absolute(f.Time-at) > 10*time.Millisecond {
			t.Errorf("frame %d at %v, want %v", level(f), f.Time, at)
		}
	}
	want := moments(t, film)
	next := 0
	for _, f := range frames { // every one is a frame of the film, in order
		for next < len(want) && absolute(want[next]-want[0]-f.Time) > time.Millisecond {
			next++
		}
	}
	if next >= len(want) || len(frames) < 18 {
		t.Errorf("%d frames at times that ffprobe does not tell: %v", len(frames), want)
	}
}

func absolute(d time.Duration) time.Duration { return max(d, -d) }

// Of keyframes alone all that are shown are keyframes, at their times, and far fewer.
func TestKeyframesAlone(t *testing.T) {
	t.Parallel()
	film := made(t, "keys.mp4", "-f", "lavfi", "-i", scenes, "-c:v", "libx264", "-qp", "1", "-g", "20", "-sc_threshold", "0")
	data, err := os.ReadFile(film)
	if err != nil {
		t.Fatal(err)
	}
	s, err := project(NewWith(Limits{Keys: true}), pipeline.Video, "mp4", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.frames) != 3 {
		t.Errorf("%d frames", len(s.frames))
	}
	for i, f := range s.frames {
		if !f.Key || f.Index != i || level(f) != 20*i || f.Time != time.Duration(i)*2*time.Second {
			t.Errorf("frame %d: number %d at %v, keyframe %v", i, level(f), f.Time, f.Key)
		}
	}
}
