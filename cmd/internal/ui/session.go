package ui

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Sessions lets people in who follow a link that works once. They live as long as the process: who starts it anew prints a new link.
type Sessions struct {
	now func() time.Time

	mu   sync.Mutex
	once map[[32]byte]time.Time // digests of links that were not followed yet, and until when they may be
	all  map[[32]byte]*session  // by the digest of their cookie
}

// How long a link can be followed, how long somebody may be silent, and how many sessions there are at most.
const (
	linkLife    = time.Hour
	sessionLife = 12 * time.Hour
	maxSessions = 64
)

// session is one browser that was let in.
type session struct {
	mu    sync.Mutex
	seen  time.Time
	name  string // of the person, as last given with a decision
	words string // language, "" until one was chosen
	told  string // language of reports, "" as long as it is that of the pages
	last  *last  // decision
}

func (s *session) person() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name
}

func (s *session) language() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.words
}

// NewSessions returns sessions by a clock, nil for the real one.
func NewSessions(now func() time.Time) *Sessions {
	if now == nil {
		now = time.Now
	}
	return &Sessions{now: now, once: map[[32]byte]time.Time{}, all: map[[32]byte]*session{}}
}

// Link returns the path and query of a new link that lets one browser in, once, within an hour.
func (s *Sessions) Link() string {
	secret := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once[sha256.Sum256([]byte(secret))] = s.now().Add(linkLife)
	return "/enter?once=" + secret
}

// cookie is the name of a session's cookie. Without TLS no __Host- prefix can be had; it binds to one host all the same, as it names no domain.
const cookie = "dokaz_session"

// open redeems a link's secret for a session's; ok is false where it was followed before, is too old or never was.
func (s *Sessions) open(secret string) (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(secret))
	until, known := s.once[key]
	delete(s.once, key)
	if !known || s.now().After(until) {
		return "", false
	}
	s.sweep()
	id = rand.Text()
	s.all[sha256.Sum256([]byte(id))] = &session{seen: s.now()}
	return id, true
}

// sweep ends sessions that were silent too long, and the longest silent where there are too many.
func (s *Sessions) sweep() {
	for k, one := range s.all {
		if s.now().Sub(one.seen) > sessionLife {
			delete(s.all, k)
		}
	}
	for len(s.all) >= maxSessions {
		var oldest [32]byte
		var at time.Time
		for k, one := range s.all {
			if at.IsZero() || one.seen.Before(at) {
				oldest, at = k, one.seen
			}
		}
		delete(s.all, oldest)
	}
}

// of returns the session of a request, nil where it has none.
func (s *Sessions) of(r *http.Request) *session {
	c, err := r.Cookie(cookie)
	if err != nil {
		return nil
	}
	key := sha256.Sum256([]byte(c.Value))
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, one := range s.all {
		if subtle.ConstantTimeCompare(k[:], key[:]) == 1 && s.now().Sub(one.seen) <= sessionLife {
			one.seen = s.now()
			return one
		}
	}
	return nil
}

func (s *Sessions) end(r *http.Request) {
	if c, err := r.Cookie(cookie); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.all, sha256.Sum256([]byte(c.Value)))
	}
}

// enter follows a link that works once.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) {
	id, ok := p.sessions.open(r.URL.Query().Get("once"))
	if !ok && p.sessions.of(r) == nil {
		p.inside(nil).ServeHTTP(w, r)
		return
	}
	if ok {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// leave ends the session.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, _ *visit) error {
	p.sessions.end(r)
	http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// reportLang is the language in which reports are shown and printed.
func (v *visit) reportLang() string {
	v.session.mu.Lock()
	defer v.session.mu.Unlock()
	if v.session.told == "" {
		return v.Lang()
	}
	return v.session.told
}

// language changes the language of the pages, or of the reports that they show: a report is often for other readers than the page.
func (p *Pages) language(w http.ResponseWriter, r *http.Request, v *visit) error {
	tag := r.PostFormValue("language")
	if !spoken(tag) {
		return errAsked
	}
	v.session.mu.Lock()
	if r.PostFormValue("of") == "reports" {
		v.session.told = tag
	} else {
		v.session.words = tag
	}
	v.session.mu.Unlock()
	http.Redirect(w, r, within(r.PostFormValue("here")), http.StatusSeeOther)
	return nil
}

// within keeps a way back inside these pages.
func within(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// languageOf is what was chosen, else the first that the browser asks for and there are words of, else English.
func languageOf(r *http.Request, s *session) string {
	if s != nil && s.language() != "" {
		return s.language()
	}
	for wish := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wish), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if spoken(tag) {
			return tag
		}
	}
	return "en"
}
