//go:build libav

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dokaz/fixtures/stock"
	"dokaz/pipeline"
	"dokaz/pipeline/catalog"
)

// TestAttacksThroughEveryDoor sends files that reach for others through every way in. The commands, each a process for one file, get a
// part of them here, and all of them in the long form.
func TestAttacksThroughEveryDoor(t *testing.T) {
	t.Parallel()
	testDoors(t, 8)
}

func TestAttacksThroughEveryDoorFull(t *testing.T) {
	if *mutants == 0 {
		t.Skip("SKIPPED: the long form of TestAttacksThroughEveryDoor; run it with make hostile")
	}
	testDoors(t, 1)
}

// bait is what nobody may reach: listeners on the loopback, films and a text beside the attacks.
type bait struct {
	t       *testing.T
	dir     string
	knocks  func() int64
	packets func() int64
	hashes  []pipeline.Hash256 // of the pictures of all films and photographs that the attacks name
	attacks []string           // paths
}

// testDoors lets every step-th attack through each command, and all through runs, an archive and the API.
func testDoors(t *testing.T, step int) {
	b := newBait(t)
	doors := map[string]int{}
	outputs := b.commands(step, doors)
	byRun, byArchive := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "archive")
	outputs = append(outputs, b.run(byRun, b.attacks...), b.run(byArchive, b.zipped()))
	byAPI := b.api(&outputs)
	for _, door := range []string{"run", "archive", "API upload", "API lookup"} {
		doors[door] = len(b.attacks)
	}
	for _, dir := range []string{byRun, byArchive, byAPI} {
		if n := b.judgeCase(dir); n < len(b.attacks)-5 { // some attacks have equal bytes
			t.Errorf("%s: %d items of %d attacks", dir, n, len(b.attacks))
		}
	}
	for _, out := range outputs {
		b.judge("an output", []byte(out))
	}
	if n, u := b.knocks(), b.packets(); n > 0 || u > 0 {
		t.Errorf("the network canary was called %d times over TCP, %d times over UDP", n, u)
	}
	t.Logf("%d attacks: %v; %d pictures that nobody may hash", len(b.attacks), doors, len(b.hashes))
}

func newBait(t *testing.T) *bait {
	t.Helper()
	address, knocks := canary(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b := &bait{t: t, knocks: knocks, packets: packets(t, u.Host)}
	made, err := stock.Make(t.Context(), stock.Order{Out: filepath.Join(t.TempDir(), "hostile"), Set: "hostile", CanaryURL: address})
	if err != nil {
		t.Fatal(err)
	}
	b.dir = made.Dir
	for _, pattern := range []string{"t1-*", "t2-*"} {
		found, err := filepath.Glob(filepath.Join(b.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		b.attacks = append(b.attacks, found...)
	}
	if len(b.attacks) < 40 {
		t.Fatalf("%d attacks", len(b.attacks))
	}
	own := filepath.Join(t.TempDir(), "own")
	b.run(own, filepath.Join(b.dir, ".canary"), filepath.Join(b.dir, "neighbour.mov"))
	b.hashes = hashesOf(t, own)
	if len(b.hashes) < 5 {
		t.Fatalf("the canaries have %d hashes", len(b.hashes))
	}
	if !b.shows(b.hashes) {
		t.Fatal("a canary's own hashes are not known again")
	}
	return b
}

// packets counts what comes by UDP where TCP listens, too.
func packets(t *testing.T, address string) func() int64 {
	t.Helper()
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUDP("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 1500); ; {
			if _, _, err := l.ReadFromUDP(buf); err != nil {
				return
			}
			n.Add(1)
		}
	}()
	return func() int64 {
		own, err := net.Dial("udp", address) // whatever came before it is counted once it is
		if err == nil {
			_, err = own.Write([]byte("own"))
		}
		if err != nil {
			t.Error(err)
		}
		for end := time.Now().Add(10 * time.Second); n.Load() == 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-done
		return n.Load() - 1
	}
}

// run takes files in and returns what was printed.
func (b *bait) run(dir string, files ...string) string {
	b.t.Helper()
	return b.command(append([]string{"run", "--all", "--hidden", "--case", dir}, files...)...)
}

// command returns everything that a command prints, whatever its exit code but an internal error's.
func (b *bait) command(args ...string) string {
	b.t.Helper()
	c, said := dokaz(b.t.Context(), args...)
	c.Dir = b.dir // names that are not absolute would lead to the canaries
	_ = c.Run()
	if code := c.ProcessState.ExitCode(); code == int(exitInternal) || code < 0 {
		b.t.Errorf("dokaz %v ended with %d\n%s", args, code, said)
	}
	return said.String()
}

// commands goes through those that look at one file.
func (b *bait) commands(step int, doors map[string]int) (out []string) {
	dir := filepath.Join(b.t.TempDir(), "looked")
	b.run(dir, b.attacks[0])
	drawn := b.t.TempDir()
	for i := 0; i < len(b.attacks); i += step {
		at := b.attacks[i]
		for _, args := range [][]string{
			{"show", at, "--json", "--case", dir}, {"show", at, "--case", dir}, {"find", at, "--case", dir},
			{"compare", at, at, "--case", dir, "--out", filepath.Join(drawn, filepath.Base(at))},
		} {
			out = append(out, b.command(args...))
			doors[args[0]]++
		}
	}
	b.judgeFiles(drawn)
	return out
}

// zipped is an archive of all attacks.
func (b *bait) zipped() string {
	b.t.Helper()
	at := filepath.Join(b.t.TempDir(), "attacks.zip")
	put(b.t, at, zipOf(b.t, func(z *zip.Writer) error {
		for _, name := range b.attacks {
			w, err := z.Create(filepath.Base(name))
			if err != nil {
				return err
			}
			bytes, err := os.ReadFile(name)
			if err == nil {
				_, err = w.Write(bytes)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return at
}

// api uploads all attacks, asks for what is like them, and waits for their reports. It returns the case.
func (b *bait) api(outputs *[]string) string {
	t := b.t
	t.Helper()
	dir := filepath.Join(t.TempDir(), "api")
	s := startServing(t, dir)
	token := s.token("intake:write", "report:read")
	answer := func(method, path string, name string) int {
		var body []byte
		var header map[string]string
		if name != "" {
			file, err := os.ReadFile(name)
			if err == nil {
				body, header, err = formOf(filepath.Base(name), file)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		a, said, err := s.ask(t.Context(), method, path, token, bytes.NewReader(body), header)
		if err != nil || a.StatusCode >= http.StatusInternalServerError || a.StatusCode == http.StatusForbidden || a.StatusCode == http.StatusNotFound {
			t.Errorf("%s %s (%s): %v %s", method, path, filepath.Base(name), err, said)
			return 0
		}
		*outputs = append(*outputs, string(said))
		return a.StatusCode
	}
	var taken []string
	for _, name := range b.attacks {
		if answer(http.MethodPost, "/v1/items", name) == http.StatusAccepted { // what is no media by content and name is not
			taken = append(taken, name)
		}
		answer(http.MethodPost, "/v1/lookup", name)
	}
	for _, name := range taken {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		answer(http.MethodGet, "/v1/jobs/"+pipeline.DigestOf(file).String()+"?wait=60s", "")
	}
	s.stop()
	return dir
}

// judgeCase holds everything a case keeps against the canaries, and counts its items.
func (b *bait) judgeCase(dir string) int {
	b.t.Helper()
	b.judgeFiles(dir)
	if b.shows(hashesOf(b.t, dir)) {
		b.t.Errorf("%s: a picture of the canaries was hashed", dir)
	}
	c, err := catalog.Open(b.t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer c.Close()
	n := 0
	if err := c.Each(b.t.Context(), func(catalog.Line) error { n++; return nil }); err != nil {
		b.t.Error(err)
	}
	return n
}

func (b *bait) judgeFiles(dir string) {
	b.t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(p)
		b.judge(p, data)
		return err
	})
	if err != nil {
		b.t.Error(err)
	}
}

// judge looks for the canaries' text and hashes in what was written.
func (b *bait) judge(where string, data []byte) {
	b.t.Helper()
	if bytes.Contains(data, []byte(canaryText)) {
		b.t.Errorf("%s tells the canary's text", where)
	}
	for _, h := range b.hashes {
		raw := make([]byte, 0, 32)
		for _, w := range h {
			raw = binary.BigEndian.AppendUint64(raw, w)
		}
		if bytes.Contains(data, raw) || bytes.Contains(data, []byte(hex.EncodeToString(raw))) {
			b.t.Errorf("%s has the hash of a canary's picture", where)
			return
		}
	}
}

// alike is how many bits of PDQ a picture may differ in and still be the canary's: its threshold of a confirmed match.
const alike = 31

// shows reports whether one of the hashes is that of a canary's picture.
func (b *bait) shows(hashes []pipeline.Hash256) bool {
	for _, h := range hashes {
		for _, c := range b.hashes {
			if h.Distance(c) <= alike {
				return true
			}
		}
	}
	return false
}

// hashesOf are those of all pictures and frames in a case.
func hashesOf(t *testing.T, dir string) (out []pipeline.Hash256) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, err := catalog.Open(ctx, filepath.Join(dir, "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.Each(ctx, func(l catalog.Line) error {
		x, err := c.Examination(ctx, l.Item.Digest)
		for _, m := range x.Measurements {
			switch f := m.Fact.(type) {
			case pipeline.PictureHash:
				if h, err := pipeline.ParseHash256(f.Bits); err == nil && strings.HasPrefix(f.Algorithm, "pdq") {
					out = append(out, h)
				}
			case pipeline.FrameHashes:
				for _, frame := range f.Frames {
					out = append(out, frame.Bits)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
