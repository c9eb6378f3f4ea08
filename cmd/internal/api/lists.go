package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dokaz/pipeline"
	"dokaz/pipeline/catalog"

	"github.com/danielgtaylor/huma/v2"
)

type listInput struct {
	Text     string    `query:"text" maxLength:"200" doc:"Stands in a name, path, claimed source or address it was received with, whatever its capitals; or the first digits of its digest"`
	Source   string    `query:"source" maxLength:"1000" doc:"Its claimed source"`
	Kind     string    `query:"kind" enum:"photo,video,audio,other"`
	Format   string    `query:"format" maxLength:"20" doc:"By content: jpeg, mp4 …"`
	State    string    `query:"state" enum:"waiting,reported,failed,quarantined"`
	Code     string    `query:"code" maxLength:"100" doc:"Of a finding in its newest report"`
	Weight   string    `query:"weight" enum:"note,supports,questions,contradicts" doc:"Of a finding in its newest report"`
	Basis    string    `query:"basis" enum:"same_media,near_picture,partial_picture,picture_in_video,shared_footage,shared_audio" doc:"Of a match"`
	Strength string    `query:"strength" enum:"suggested,confirmed" doc:"Of a match; with basis, of the same one"`
	Since    time.Time `query:"since" doc:"Received in that second or later"`
	Until    time.Time `query:"until" doc:"Received before that second"`
	Order    string    `query:"order" enum:"arrival,newest" default:"arrival"`
	Limit    int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor   string    `query:"cursor" maxLength:"200" doc:"Where to go on: the next of the answer before, with the same filters"`
}

// Page is a part of a list.
type Page struct {
	Items []Item `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor to go on with; absent at the end"`
}

type listOutput struct {
	Link string `header:"Link" doc:"The next page (RFC 8288)"`
	Body Page
}

func (a *API) registerLists() {
	huma.Register(a.huma, describe(operation{
		id: "items", method: http.MethodGet, path: "/v1/items", summary: "The items of the case", scopes: []string{ReportRead},
		about: "All filters given must fit. Pages go by place and not by count: nothing is shown twice or passed over while items arrive.",
		codes: []Code{CursorMalformed},
	}), a.list)
}

func (a *API) list(ctx context.Context, in *listInput) (*listOutput, error) {
	filter := in.filter()
	newest := in.Order == "newest"
	after, p := readCursor(in.Cursor, filter, newest)
	if p != nil {
		return nil, p
	}
	// One more than asked for tells whether there is a next page.
	all, err := a.Lists.Page(ctx, filter, after, newest, in.Limit+1)
	if err != nil {
		return nil, a.fault(ctx, err)
	}
	out := &listOutput{Body: Page{Items: []Item{}}}
	more := len(all) > in.Limit
	if more {
		all = all[:in.Limit]
		out.Body.Next = writeCursor(all[len(all)-1].Arrival, filter, newest)
		out.Link = `</v1/items?` + in.query(out.Body.Next) + `>; rel="next"`
	}
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, itemOf(l.Line))
	}
	return out, nil
}

func (in *listInput) filter() catalog.Filter {
	return catalog.Filter{
		Text: in.Text, Source: in.Source, Kind: pipeline.Kind(in.Kind), Format: in.Format, State: catalog.State(in.State), Code: pipeline.Code(in.Code),
		Weight: pipeline.Weight(in.Weight), Basis: pipeline.Basis(in.Basis), Strength: pipeline.Strength(in.Strength), Since: in.Since, Until: in.Until,
	}
}

// query writes the request again with another cursor.
func (in *listInput) query(cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"text": in.Text, "source": in.Source, "kind": in.Kind, "format": in.Format, "state": in.State, "code": in.Code, "weight": in.Weight,
		"basis": in.Basis, "strength": in.Strength, "order": in.Order, "limit": strconv.Itoa(in.Limit), "cursor": cursor,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"since": in.Since, "until": in.Until} {
		if !at.IsZero() {
			q.Set(name, at.Format(time.RFC3339))
		}
	}
	return q.Encode()
}

// place is what a cursor holds. Clients have no use for its form.
type place struct {
	After  int64  `json:"a"`
	Newest bool   `json:"n,omitempty"`
	Filter string `json:"f"` // the first digits of a digest over the filter
}

func writeCursor(after int64, f catalog.Filter, newest bool) string {
	b, _ := json.Marshal(place{after, newest, fingerprint(f)}) // numbers and texts always encode
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(text string, f catalog.Filter, newest bool) (int64, *Problem) {
	if text == "" {
		return 0, nil
	}
	var at place
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &at)
	}
	switch {
	case err != nil || at.After < 1:
		return 0, problem(CursorMalformed, "%.60q", text)
	case at.Newest != newest || at.Filter != fingerprint(f):
		return 0, problem(CursorMalformed, "it belongs to a list with other filters or in another order")
	}
	return at.After, nil
}

func fingerprint(f catalog.Filter) string {
	b, _ := json.Marshal(f) // texts and times that were parsed always encode
	return pipeline.DigestOf(b).Hex()[:12]
}
