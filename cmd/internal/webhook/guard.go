package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrAddress says that an address is none to send to.
var ErrAddress = errors.New("address refused")

// maxURL bounds the address of a webhook, bytes.
const maxURL = 2048

// special are blocks that lead elsewhere than to the public network, besides those that net/netip tells
// (IANA special-purpose address registries, RFC 6890).
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Guard says where webhooks may go: to public addresses, and to what lies in the prefixes allowed.
type Guard struct{ Allowed []netip.Prefix }

// CheckURL refuses addresses that could never be sent to. What a name stands for is looked at when it is dialled.
func (g Guard) CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxURL || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%w: %.100q is no absolute URL of at most %d bytes", ErrAddress, text, maxURL)
	case u.User != nil || u.Fragment != "":
		return fmt.Errorf("%w: a webhook's URL has no user and no fragment", ErrAddress)
	case u.Scheme != "https" && (u.Scheme != "http" || len(g.Allowed) == 0):
		return fmt.Errorf("%w: a webhook's URL begins with https; http is for networks that serve.private allows", ErrAddress)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		return g.check(ip, u.Scheme == "https")
	}
	return nil
}

// check says whether an address may be dialled; in the clear only what is allowed by name.
func (g Guard) check(ip netip.Addr, encrypted bool) error {
	ip = ip.Unmap().WithZone("")
	for _, p := range g.Allowed {
		if p.Contains(ip) {
			return nil
		}
	}
	if !encrypted {
		return fmt.Errorf("%w: %s is not in serve.private, and http is for what is", ErrAddress, ip)
	}
	public := ip.IsGlobalUnicast() && !ip.IsPrivate()
	for _, p := range special {
		public = public && !p.Contains(ip)
	}
	if !public {
		return fmt.Errorf("%w: %s is not public and not in serve.private", ErrAddress, ip)
	}
	return nil
}

// dialWithin bounds the making of a connection.
const dialWithin = 10 * time.Second

// transport connects to what the guard allows. The check stands between the look-up of the name and the connection, so that a name
// that changes its mind changes nothing. There is no proxy: it would do the dialling in our place.
func (g Guard) transport(encrypted bool) *http.Transport {
	d := &net.Dialer{Timeout: dialWithin, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %q", ErrAddress, address)
		}
		return g.check(at.Addr(), encrypted)
	}}
	return &http.Transport{
		DialContext: d.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: dialWithin, MaxIdleConnsPerHost: perWebhook,
		IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10,
	}
}
