package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dokaz/pipeline"
)

// tusHeader is what a client of the protocol sends, and more in pairs.
func tusHeader(pairs ...string) map[string]string {
	out := map[string]string{"Tus-Resumable": "1.0.0"}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// begin makes an upload and returns its path.
func (h *house) begin(token string, length int, metadata string) string {
	h.t.Helper()
	a := h.ask(request{method: http.MethodPost, path: uploadsPath, token: token, header: tusHeader("Upload-Length", fmt.Sprint(length), "Upload-Metadata", metadata)})
	if a.Code != http.StatusCreated || a.Header().Get("Location") == "" {
		h.t.Fatalf("%d %s", a.Code, a.Body)
	}
	return a.Header().Get("Location")
}

// patch is a request that sends a piece.
func patch(token, path string, offset int, piece []byte, pairs ...string) request {
	return request{method: http.MethodPatch, path: path, token: token, body: piece,
		header: tusHeader(append([]string{"Content-Type", pieceType, "Upload-Offset", fmt.Sprint(offset)}, pairs...)...)}
}

// stand asks where an upload stands.
func (h *house) stand(token, path string) (string, answerOf) {
	h.t.Helper()
	a := h.ask(request{method: http.MethodHead, path: path, token: token, header: tusHeader()})
	return a.Header().Get("Upload-Offset"), a
}

func withUploads(all map[string]contractCase) map[string]contractCase {
	const length = 10
	create := func(change func(*request)) contractCase {
		return func(_ *testing.T, h *house, r request) request {
			r.token, r.header, r.body = h.token(IntakeWrite), tusHeader("Upload-Length", fmt.Sprint(length), "Content-Type", pieceType), photo("012345")
			change(&r)
			return r
		}
	}
	piece := func(change func(*house, *request)) contractCase {
		return func(_ *testing.T, h *house, r request) request {
			token := h.token(IntakeWrite)
			path := h.begin(token, length, "")
			r.token, r.path, r.header = token, path, tusHeader()
			if r.method == http.MethodPatch {
				r = patch(token, path, 0, photo("012345"))
			}
			change(h, &r)
			return r
		}
	}
	unversioned := func(r *request) { delete(r.header, "Tus-Resumable") }
	unknown := func(r *request) { r.path += "x" }
	sha := func(b []byte) string {
		s := sha256.Sum256(b)
		return "sha256 " + base64.StdEncoding.EncodeToString(s[:])
	}
	states := map[Code]func(h *house, r *request){
		DiskFull:  func(h *house, _ *request) { h.free.Store(0) },
		Draining:  func(h *house, _ *request) { close(h.closing) },
		QueueFull: func(h *house, _ *request) { h.give(h.token(IntakeWrite), "q.jpg", photo("q")) },
	}
	for code, state := range states {
		all["patchUpload "+string(code)] = piece(state)
		all["createUpload "+string(code)] = func(t *testing.T, h *house, r request) request {
			state(h, &r)
			return create(func(*request) {})(t, h, r)
		}
	}
	requests := map[Code]func(*request){
		TusVersion:       unversioned,
		RequestMalformed: func(r *request) { r.header["Upload-Checksum"] = "crc32 AAAA" },
		BodyCut:          func(r *request) { r.broken = true },
		TooSlow:          func(r *request) { r.slow = true },
		NotMedia:         func(r *request) { r.body = []byte("only words") },
		ChecksumMismatch: func(r *request) { r.header["Upload-Checksum"] = sha([]byte("x")) },
	}
	for code, change := range requests {
		all["createUpload "+string(code)] = create(change)
		all["patchUpload "+string(code)] = piece(func(_ *house, r *request) { change(r) })
	}
	wrong := "sha256 " + b64(strings.Repeat("0", 64))
	all["createUpload digest_mismatch"] = create(func(r *request) { r.header["Upload-Metadata"] = wrong })
	all["createUpload too_large"] = create(func(r *request) { r.header["Upload-Length"] = fmt.Sprint(small.Upload + 1) })
	all["patchUpload too_large"] = piece(func(_ *house, r *request) { r.body = photo("0123456") })
	all["patchUpload media_type"] = piece(func(_ *house, r *request) { r.header["Content-Type"] = "image/jpeg" })
	all["patchUpload offset_mismatch"] = piece(func(_ *house, r *request) { r.header["Upload-Offset"] = "3" })
	all["patchUpload digest_mismatch"] = piece(func(h *house, r *request) { r.path = h.begin(r.token, length, wrong) })
	busy := func(h *house, r *request) {
		f, err := os.Open(filepath.Join(h.api.Staging.Dir, filepath.Base(r.path)))
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { _ = f.Close() })
		lockFile(h.t, f)
	}
	all["patchUpload upload_busy"], all["endUpload upload_busy"] = piece(busy), piece(busy)
	for _, id := range []string{"askUpload", "patchUpload", "endUpload"} {
		all[id+" upload_unknown"] = piece(func(_ *house, r *request) { unknown(r) })
		all[id+" tus_version"] = piece(func(_ *house, r *request) { unversioned(r) })
	}
	all["patchUpload invalid"] = piece(func(_ *house, r *request) { delete(r.header, "Upload-Offset") })
	return all
}

func TestAnUploadGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite, ReportRead)
	file := photo(strings.Repeat("0123456789", 1000))
	metadata := "filename " + b64("big.jpg") + ",claims " + b64(`{"source":"desk"}`) + ",sha256 " + b64(pipeline.DigestOf(file).Hex())
	path := h.begin(token, len(file), metadata)
	half := len(file) / 2
	broken := patch(token, path, 0, file)
	broken.broken = true
	if got := h.ask(broken); got.Code != http.StatusBadRequest {
		t.Fatalf("a broken connection: %d", got.Code)
	}
	at, head := h.stand(token, path)
	if at != fmt.Sprint(half) || head.Header().Get("Upload-Metadata") != metadata || head.Code != http.StatusOK {
		t.Fatalf("it stands at %q: %v", at, head.Header())
	}
	sum := sha256.Sum256(file[half:])
	right := "sha256 " + base64.StdEncoding.EncodeToString(sum[:])
	if got := h.ask(patch(token, path, half, file[half-1:len(file)-1], "Upload-Checksum", right)); got.problem.Code != ChecksumMismatch {
		t.Errorf("another piece: %d %s", got.Code, got.Body)
	}
	if again, _ := h.stand(token, path); again != at {
		t.Errorf("a piece that is not what its checksum names moved it to %s", again)
	}
	last := h.ask(patch(token, path, half, file[half:], "Upload-Checksum", right))
	d := pipeline.DigestOf(file)
	if last.Code != http.StatusNoContent || last.Header().Get("Dokaz-Item") != d.String() || last.Header().Get("Upload-Offset") != fmt.Sprint(len(file)) {
		t.Fatalf("%d %v %s", last.Code, last.Header(), last.Body)
	}
	rs, err := h.Receipts(t.Context(), d)
	if err != nil || len(rs) != 1 || rs[0].Name != "big.jpg" || rs[0].Claims.Source != "desk" {
		t.Errorf("%+v, %v", rs, err)
	}
	if at, head := h.stand(token, path); at != fmt.Sprint(len(file)) || head.Header().Get("Dokaz-Item") != d.String() {
		t.Errorf("afterwards it stands at %s: %v", at, head.Header())
	}
	if got := h.ask(patch(token, path, len(file), nil)); got.Code != http.StatusNoContent {
		t.Errorf("the last piece again, empty: %d %s", got.Code, got.Body)
	}
	if got := h.ask(request{method: http.MethodHead, path: path, token: h.token(IntakeWrite), header: tusHeader()}); got.Code != http.StatusNotFound {
		t.Errorf("another token: %d", got.Code)
	}
}

// TestAnAnswerLostWithTheServer finishes an upload whose last piece was acknowledged to nobody.
func TestAnAnswerLostWithTheServer(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite)
	file := photo("whole")
	path := h.begin(token, len(file), "")
	if _, err := h.api.Staging.Append(t.Context(), filepath.Base(path), 0, strings.NewReader(string(file)), nil); err != nil {
		t.Fatal(err)
	}
	if _, head := h.stand(token, path); head.Header().Get("Dokaz-Item") != pipeline.DigestOf(file).String() {
		t.Errorf("%v", head.Header())
	}
}

func TestAnUploadEnds(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	token := h.token(IntakeWrite)
	gone := func(path string) bool {
		_, err := os.Stat(filepath.Join(h.api.Staging.Dir, filepath.Base(path)))
		return os.IsNotExist(err)
	}
	ended := h.begin(token, 10, "")
	override := request{method: http.MethodPost, path: ended, token: token, header: tusHeader("X-HTTP-Method-Override", http.MethodDelete)}
	if got := h.ask(override); got.Code != http.StatusNoContent || !gone(ended) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	kept, left := h.begin(token, 10, ""), h.begin(token, 10, "")
	h.shift = 23 * time.Hour
	h.ask(patch(token, kept, 0, photo("0")))
	h.shift = 25 * time.Hour
	if at, _ := h.stand(token, kept); at != "5" {
		t.Errorf("the upload that went on stands at %q", at)
	}
	if _, a := h.stand(token, left); a.Code != http.StatusNotFound {
		t.Errorf("the upload whose time is over: %d", a.Code)
	}
	if err := h.api.Staging.Sweep(t.Context()); err != nil || !gone(left) || gone(kept) {
		t.Errorf("%v, gone %v and %v", err, gone(left), gone(kept))
	}
}

func TestOptionsSayWhatIsSpoken(t *testing.T) {
	t.Parallel()
	h := opened(t, small)
	got := h.ask(request{method: http.MethodOptions, path: uploadsPath, token: h.token(IntakeWrite)}).Header()
	want := map[string]string{"Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Extension": tusExtensions, "Tus-Max-Size": fmt.Sprint(small.Upload), "Tus-Checksum-Algorithm": "sha256,sha1"}
	have := maps.Clone(want)
	for k := range have {
		have[k] = got.Get(k)
	}
	if !maps.Equal(want, have) {
		t.Errorf("%v", have)
	}
}
