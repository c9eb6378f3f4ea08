package api

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"
)

// rates holds how fast each token may ask; they come from the catalog, so that there are few.
type rates struct {
	every float64 // requests a second; 0 is no limit
	mu    sync.Mutex
	of    map[string]*rate.Limiter
}

// burst is how many seconds' requests may come at once.
const burst = 2

// The fields by which answers tell how fast a token may ask (draft-ietf-httpapi-ratelimit-headers-10 §3 and §4).
const (
	ratePolicy = "RateLimit-Policy"
	rateLeft   = "RateLimit"
)

// quota is how many requests may come at once, and how many seconds it takes until as many may come again.
func (r *rates) quota() (requests, seconds int) {
	requests = max(1, int(burst*r.every))
	return requests, max(1, int(math.Ceil(float64(requests)/r.every)))
}

// limiter is a token's, made at its first request.
func (r *rates) limiter(token string) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[string]*rate.Limiter{}
	}
	l, known := r.of[token]
	if !known {
		requests, _ := r.quota()
		l = rate.NewLimiter(rate.Limit(r.every), requests)
		r.of[token] = l
	}
	return l
}

// admit counts a request of a token and writes down what is left to it.
func (r *rates) admit(h http.Header, token string) *Problem {
	if r.every <= 0 {
		return nil
	}
	l := r.limiter(token)
	allowed := l.Allow()
	requests, seconds := r.quota()
	left := min(max(l.Tokens(), 0), float64(requests))
	h.Set(ratePolicy, fmt.Sprintf(`"token";q=%d;w=%d`, requests, seconds))
	h.Set(rateLeft, fmt.Sprintf(`"token";r=%d;t=%d`, int(left), int(math.Ceil((float64(requests)-left)/r.every))))
	if allowed {
		return nil
	}
	p := problem(TooMany, "a token may ask %g times a second", r.every).after(time.Duration(math.Ceil((1-min(left, 1))/r.every)) * time.Second)
	p.Limit = int64(r.every)
	return p
}

// describeRates describes the two fields, where they matter most: in the answer that tells of too many requests.
func (a *API) describeRates() {
	doc := a.huma.OpenAPI()
	text := &huma.Schema{Type: huma.TypeString}
	doc.Components.Headers = map[string]*huma.Header{
		ratePolicy: {Description: `How many requests (q) a token may make in how many seconds (w): "token";q=400;w=2. Absent where the server sets no limit.`, Schema: text},
		rateLeft:   {Description: `How many requests (r) are left at once, and in how many seconds (t) all are again: "token";r=399;t=1.`, Schema: text},
	}
	for _, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete, item.Head, item.Options} {
			if o == nil || o.Responses["429"] == nil {
				continue
			}
			o.Responses["429"].Headers = map[string]*huma.Header{
				ratePolicy: {Ref: "#/components/headers/" + ratePolicy}, rateLeft: {Ref: "#/components/headers/" + rateLeft},
			}
		}
	}
}
