//go:build linux

package structure

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"dokaz/analyzers/internal/libav"
	"dokaz/pipeline"
)

// grainy is a raw file with a preview of that size, as little compressible as fits its bound.
func grainy(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Y {
		img.Y[i] = uint8(100 + r.Uint32()%56)
	}
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, img, &jpeg.Options{Quality: 93}); err != nil {
		t.Fatal(err)
	}
	f := newRaw(42)
	at := f.put(coded.Bytes())
	return f.done(f.dir(0, long(0x103, 7), long(0x111, at), long(0x117, coded.Len())))
}

// peak lets a process of its own read a raw file and gives the most memory that it held, in bytes.
func peak(t *testing.T, file []byte) int64 {
	t.Helper()
	name := t.TempDir() + "/a.dng"
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestReadForMemory$")
	cmd.Env = append(os.Environ(), "DOKAZ_TEST_RAW="+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(name + ".status")
	if err != nil {
		t.Fatal(err)
	}
	_, held, _ := strings.Cut(string(b), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(held, &kib); err != nil { // of the process alone: what wait4 gives counts its parent's, too
		t.Fatal(err)
	}
	return kib << 10
}

// TestReadForMemory is the process that peak starts.
func TestReadForMemory(t *testing.T) {
	name := os.Getenv("DOKAZ_TEST_RAW")
	if name == "" {
		return
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	err = New().Read(t.Context(), pipeline.Item{}, onDisk{f, st.Size()}, func(_ pipeline.Where, f pipeline.Fact) {
		if _, is := f.(pipeline.Derivative); is {
			shown++
		}
	})
	if err != nil || shown != 1 {
		t.Errorf("%d previews, %v", shown, err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		err = os.WriteFile(name+".status", status, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type onDisk struct {
	*os.File
	size int64
}

func (o onDisk) Size() int64 { return o.size }

// TestMemoryOfLargePreviews: a walker takes at most 64 MiB over the file's size, whatever preview a raw file holds.
func TestMemoryOfLargePreviews(t *testing.T) {
	t.Parallel()
	w, h := 6528, 4896 // nearly maxRawPreviewPixels
	if libav.StillDecoder("jpeg") == "" {
		w, h = 4608, 3456
	}
	file := grainy(t, w, h)
	if len(file) > maxRawPreview || len(file) < maxRawPreview/4 {
		t.Fatalf("the preview has %d bytes", len(file))
	}
	least, most := peak(t, grainy(t, 64, 64)), peak(t, file)
	over := most - least - int64(len(file))
	t.Logf("%d × %d, %d bytes: %d MiB over the file's size", w, h, len(file), over>>20)
	if over < 1<<20 || over > 64<<20 {
		t.Errorf("%d MiB over the file's size", over>>20)
	}
}
