package main

import (
	"errors"
	"strings"
	"time"

	"dokaz/cmd/internal/api"
	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/catalog"

	"github.com/spf13/cobra"
)

func tokenCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Who may speak to dokaz serve: make, list and revoke tokens",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("say 'dokaz token create', 'list' or 'revoke'"))
		},
	}
	c.AddCommand(tokenCreate(t), tokenList(t), tokenRevoke(t))
	return c
}

func tokenCreate(t *terminal) *cobra.Command {
	var name string
	var scopes []string
	var life time.Duration
	c := &cobra.Command{
		Use:   "create --scope SCOPE…",
		Short: "Make a token and print it, once: only its hash is kept",
		Long: `Make a token and print it. It cannot be printed again: only its hash is kept. The name stands in the receipts of what is
given under it. Scopes: ` + strings.Join(api.Scopes(), ", ") + `.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			made, text, err := api.NewToken(name, scopes, time.Now().Add(life))
			if err != nil {
				return usage(err)
			}
			if err := makeCase(c, t); err != nil {
				return err
			}
			return looking(c, t, func(h *wire.House) error {
				made, err := h.Catalog.PutToken(c.Context(), made)
				if err != nil {
					return err
				}
				fields := map[string]any{"token": text, "id": made.ID, "name": made.Name, "scopes": made.Scopes, "expires": made.Expires, "exit_code": exitOK}
				switch {
				case t.flags.jsonl:
					return t.event("summary", fields)
				case t.flags.json:
					return t.document(fields)
				}
				t.say("dokaz: token %s of %s until %s; keep it, it is not shown again\n", made.ID, plain(made.Name), made.Expires.Format(time.DateOnly))
				t.printf("%s\n", text)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&name, "name", "unnamed", "who will hold it: stands in receipts")
	f.StringSliceVar(&scopes, "scope", nil, "what it may do; may be repeated")
	f.DurationVar(&life, "expires", 90*24*time.Hour, "how long it is valid")
	return c
}

// makeCase makes the case where there is none, so that a token can be the first thing in it.
func makeCase(c *cobra.Command, t *terminal) error {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	h, err := wire.Open(c.Context(), cfg, wire.Read, nil)
	if errors.Is(err, wire.ErrNoCase) {
		h, err = wire.Open(c.Context(), cfg, wire.Toil, nil)
	}
	if err != nil {
		return err
	}
	return h.Close()
}

func tokenList(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all tokens, revoked and expired ones too; never their secrets",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return looking(c, t, func(h *wire.House) error {
				all, err := h.Catalog.Tokens(c.Context())
				if err != nil {
					return err
				}
				switch {
				case t.flags.jsonl:
					return t.event("summary", map[string]any{"tokens": all, "exit_code": exitOK})
				case t.flags.json:
					return t.document(map[string]any{"tokens": append([]catalog.Token{}, all...)})
				}
				for _, k := range all {
					t.printf("%s  %-8s until %s  last used %s  %s  %s\n", k.ID, standing(k), k.Expires.Format(time.DateOnly), lastUsed(k), strings.Join(k.Scopes, ","), plain(k.Name))
				}
				return nil
			})
		},
	}
}

func standing(k catalog.Token) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked"
	case !k.Valid(time.Now()):
		return "expired"
	}
	return "valid"
}

func lastUsed(k catalog.Token) string {
	if k.Used.IsZero() {
		return "never"
	}
	return k.Used.Format(time.DateTime)
}

func tokenRevoke(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID",
		Short: "End a token for ever, at once also in a server that runs",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			return looking(c, t, func(h *wire.House) error {
				if err := h.Catalog.RevokeToken(c.Context(), a[0]); err != nil {
					return err
				}
				switch {
				case t.flags.jsonl:
					return t.event("summary", map[string]any{"revoked": a[0], "exit_code": exitOK})
				case t.flags.json:
					return t.document(map[string]any{"revoked": a[0]})
				}
				t.printf("token %s is revoked\n", a[0])
				return nil
			})
		},
	}
}
