//go:build libav

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

// ask sends a request to a server with a token.
func (s *serving) ask(ctx context.Context, method, path, token string, body io.Reader, header map[string]string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.address+path, body)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	return a, b, err
}

// formOf is a form with one file.
func formOf(name string, file []byte) ([]byte, map[string]string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	out, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = out.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), map[string]string{"Content-Type": w.FormDataContentType()}, err
}

// TestWhatIsAcknowledgedOutlivesTheServer kills the server right after its answers.
func TestWhatIsAcknowledgedOutlivesTheServer(t *testing.T) {
	t.Parallel()
	set := fixtures.Dir(t, "test")
	photo, err := os.ReadFile(filepath.Join(set, "square-bare.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "case")
	first := startServing(t, dir)
	token := first.token("intake:write")
	tus := func(more ...string) map[string]string {
		h := map[string]string{"Tus-Resumable": "1.0.0"}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	begun, said, err := first.ask(t.Context(), http.MethodPost, "/v1/uploads", token, nil, tus("Upload-Length", "100000"))
	if err != nil || begun.StatusCode != http.StatusCreated {
		t.Fatalf("%v %s", err, said)
	}
	upload := begun.Header.Get("Location")
	piece := tus("Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	if a, said, err := first.ask(t.Context(), http.MethodPatch, upload, token, bytes.NewReader(photo[:5000]), piece); err != nil || a.StatusCode != http.StatusNoContent {
		t.Fatalf("%v %s", err, said)
	}
	body, header, err := formOf("a.jpg", photo)
	if err != nil {
		t.Fatal(err)
	}
	if a, said, err := first.ask(t.Context(), http.MethodPost, "/v1/items", token, bytes.NewReader(body), header); err != nil || a.StatusCode != http.StatusAccepted {
		t.Fatalf("%v %s", err, said)
	}
	if err := first.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.process.Wait() // killed

	second := startServing(t, dir)
	if a, _, err := second.ask(t.Context(), http.MethodHead, upload, token, nil, tus()); err != nil || a.Header.Get("Upload-Offset") != "5000" {
		t.Errorf("%v, the upload stands at %q", err, a.Header.Get("Upload-Offset"))
	}
	_, said, err = second.ask(t.Context(), http.MethodGet, "/v1/jobs/"+pipeline.DigestOf(photo).String()+"?wait=60s", token, nil, nil)
	var job struct {
		State    string
		Revision int
	}
	if err == nil {
		err = json.Unmarshal(said, &job)
	}
	if err != nil || job.State != "done" || job.Revision != 1 {
		t.Errorf("%v %s", err, said)
	}
	listening, err := http.NewRequestWithContext(t.Context(), http.MethodGet, second.address+"/v1/events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	listening.Header.Set("Authorization", "Bearer "+second.token("report:read"))
	stream, err := http.DefaultClient.Do(listening)
	if err != nil {
		t.Fatal(err)
	}
	second.stop() // it ends although somebody listens
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream did not end, it broke: %v", err)
	}
	if err := stream.Body.Close(); err != nil {
		t.Error(err)
	}
}
