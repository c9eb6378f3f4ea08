package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"syscall"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/receive"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Times that answers ask clients to wait.
const (
	retryFull = time.Minute
	retryBusy = time.Second
)

// Raw gives a handler the request itself, for bodies that are read as they come.
type Raw struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve keeps the request.
func (r *Raw) Resolve(ctx huma.Context) []error {
	r.r, r.w = humago.Unwrap(ctx)
	return nil
}

type intakeInput struct {
	Raw
	Key           string `header:"Idempotency-Key" maxLength:"255" doc:"A name that the client gives this request: repeated under it within a day, it is answered as before"`
	ContentDigest string `header:"Content-Digest" doc:"RFC 9530, over the whole body; a part may have its own. Where it differs from what came, nothing is recorded"`
	ReprDigest    string `header:"Repr-Digest" doc:"As Content-Digest"`
}

// Taken is what became of what was handed over.
type Taken struct {
	Item     pipeline.Digest `json:"item" doc:"The item's address"`
	SHA512   string          `json:"sha512"`
	Size     int64           `json:"size" doc:"Bytes"`
	Kind     pipeline.Kind   `json:"kind" enum:"photo,video,audio,other"`
	Format   string          `json:"format" doc:"By content; empty where it tells nothing"`
	New      bool            `json:"new" doc:"These bytes were not an item before"`
	Receipt  pipeline.Digest `json:"receipt" doc:"Names this act of giving: the same bytes, name and claims again make no second one"`
	Sidecars []Sidecar       `json:"sidecars,omitempty"`
	Job      Job             `json:"job"`
}

// Sidecar is a file that came with another.
type Sidecar struct {
	Name string          `json:"name"`
	Item pipeline.Digest `json:"item"`
}

type intakeOutput struct {
	Status   int
	Location string `header:"Location" doc:"Of the job for a new item, of the item otherwise"`
	Replayed string `header:"Idempotency-Replayed" doc:"true where this is the answer that an earlier request under the key was given"`
	Body     Taken
}

func (a *API) registerIntake() {
	o := describe(operation{
		id: "give", method: http.MethodPost, path: "/v1/items", summary: "Hand a file over",
		scopes: []string{IntakeWrite}, status: http.StatusAccepted,
		about: `The file is durable when the answer comes: 202 for a new item, whose examination waits in line, 200 for one that the case
holds already. Claims and sidecars are kept with either. The parts may come in any order; a part may have a Content-Digest or
Repr-Digest of its own.`,
		codes:   []Code{RequestMalformed, BodyCut, DigestMalformed, DigestMismatch, TooSlow, KeyInFlight, KeyReused, TooLarge, MediaType, NotMedia, TooMany, QueueFull, DiskFull},
		answers: map[string]*huma.Response{"200": {Description: "The case holds these bytes already"}},
	})
	huma.Register(a.huma, o, a.give)
	a.streamed(o, intakeBody())
	// Both successes have one form.
	o.Responses["200"].Content, o.Responses["200"].Headers = o.Responses["202"].Content, o.Responses["202"].Headers
}

// intakeBody describes the form.
func intakeBody() *huma.RequestBody {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	claims := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false,
		Description: "What the giver says of the file. Nothing of it is checked; all of it stands in the report.",
		Properties: map[string]*huma.Schema{
			"source": text("who or what it comes from"), "url": text("where it was found"), "claimed_time": text("when it is said to be from"),
			"claimed_place": text("where it is said to be from"), "lat": text("decimal degrees"), "lon": text("decimal degrees"), "collector": text("who collected it"),
			"consent": text("what its maker agreed to"), "notes": text("anything"),
			"other": {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}, Description: "further claims by name"},
		}}
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{partFile}, Properties: map[string]*huma.Schema{
			partFile: binary, partClaims: claims, partSidecar: {Type: huma.TypeArray, Items: binary, Description: "files that belong to it, whatever they are"},
		}},
		Encoding: map[string]*huma.Encoding{partClaims: {ContentType: "application/json"}},
	}}}
}

func (a *API) give(ctx context.Context, in *intakeInput) (*intakeOutput, error) {
	if in.Key == "" {
		return a.take(ctx, in.r)
	}
	return a.once(ctx, in)
}

// take receives a form.
func (a *API) take(ctx context.Context, r *http.Request) (*intakeOutput, error) {
	g, err := a.receive(r, a.Intake.Seal)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out, err := a.record(ctx, g)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	return out, nil
}

// receive reads a form while there is room for it.
func (a *API) receive(r *http.Request, seal sealer) (given, error) {
	if err := a.room(r.Context(), r.ContentLength); err != nil {
		return given{}, err
	}
	leave, p := enter(a.uploads, "uploads")
	if p != nil {
		return given{}, p
	}
	defer leave()
	return readForm(r, seal, a.limits.Upload)
}

// room says whether another file can be taken, of which so many bytes are announced; -1 where nothing is.
func (a *API) room(ctx context.Context, announced int64) error {
	select {
	case <-a.Closing:
		return problem(Draining, "the server takes nothing new").after(retryBusy)
	default:
	}
	free, err := a.Intake.Free()
	if err != nil {
		return err
	}
	if free-max(announced, 0) < a.limits.Free {
		p := problem(DiskFull, "%d bytes are free, and %d stay so", free, a.limits.Free).after(retryFull)
		p.Limit = a.limits.Free
		return p
	}
	n, err := a.Records.Examining(ctx)
	if err != nil {
		return err
	}
	if n >= a.limits.Queue {
		p := problem(QueueFull, "%d items wait to be examined", n).after(retryFull)
		p.Limit = int64(a.limits.Queue)
		return p
	}
	return nil
}

// record makes items of what was sealed, the sidecars first: the file's receipt names them.
func (a *API) record(ctx context.Context, g given) (*intakeOutput, error) {
	by := pipeline.Actor("token " + caller(ctx).ID + " (" + caller(ctx).Name + ")")
	out := &intakeOutput{Status: http.StatusOK}
	it := g.file.sealed.Item
	for _, s := range g.sidecars {
		d := s.sealed.Item.Digest
		if _, err := a.Intake.Record(ctx, by, s.sealed, pipeline.Claims{Other: map[string]string{pipeline.ClaimSidecarOf: it.Digest.String()}}); err != nil {
			return nil, err
		}
		if g.claims.Other == nil {
			g.claims.Other = map[string]string{}
		}
		g.claims.Other[pipeline.ClaimSidecar+s.name] = d.String()
		out.Body.Sidecars = append(out.Body.Sidecars, Sidecar{s.name, d})
	}
	got, err := a.Intake.Record(ctx, by, g.file.sealed, g.claims)
	if err != nil {
		return nil, err
	}
	job, err := a.job(ctx, it.Digest)
	if err != nil {
		return nil, err
	}
	out.Location = "/v1/items/" + it.Digest.String()
	if got.Received.NewItem {
		out.Status, out.Location = http.StatusAccepted, job.Address
	}
	out.Body = Taken{
		Item: it.Digest, SHA512: it.SHA512.String(), Size: it.Size, Kind: it.Kind, Format: it.Format, New: got.Received.NewItem,
		Receipt: got.Receipt, Sidecars: out.Body.Sidecars, Job: job,
	}
	return out, nil
}

// hashed is a sealer that keeps nothing.
func hashed(_ context.Context, _ string, r io.Reader, _ bool) (receive.Sealed, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	out := receive.Sealed{Item: pipeline.Item{Size: n}}
	h.Sum(out.Item.Digest[:0])
	return out, err
}

// diskFull reports whether the disk, or what is ours of it, is full.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
