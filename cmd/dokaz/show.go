package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline"

	"github.com/spf13/cobra"
)

func showCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE|ITEM",
		Short: "What is this file made of, and what does it say of itself, byte by byte?",
		Long: `Show how a file is built, piece by piece with offsets, and every field of metadata where it stands. A file need not
be part of a case, and is not taken in; of an item of the case, what was measured when it was examined is shown. It is parsed in
the disposable child like everything else. The tree shows the fields as Dokaz's own reader has them; --json has those of every
reader, and all else that was measured.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) error { return show(c, t, a[0]) },
	}
}

func show(c *cobra.Command, t *terminal, name string) (err error) {
	cfg, _, err := t.config()
	if err != nil {
		return err
	}
	var s wire.Seen
	if _, gone := os.Stat(name); gone == nil {
		h, done, err := wire.OpenOrScratch(c.Context(), cfg)
		if err != nil {
			return err
		}
		s, err = h.Inspect(c.Context(), name)
		if err = errors.Join(err, done()); err != nil {
			return err
		}
	} else {
		err := looking(c, t, func(h *wire.House) error {
			d, err := one(c, h, name)
			if err != nil {
				return fmt.Errorf("%w (nor is there a file of that name)", err)
			}
			if s.Item, err = h.Catalog.Item(c.Context(), d); err != nil {
				return err
			}
			s.Known = true
			s.Examination, err = h.Catalog.Examination(c.Context(), d)
			return err
		})
		if err != nil {
			return err
		}
	}
	if !t.flags.json && !t.flags.jsonl {
		printTree(t, name, s)
		return nil
	}
	fields := map[string]any{"item": s.Item, "known": s.Known, "outcomes": s.Examination.Outcomes, "exit_code": exitOK}
	fields["tags"], fields["pieces"], fields["facts"] = shownFacts(s.Examination.Measurements)
	if t.flags.jsonl {
		return t.event("summary", fields)
	}
	return t.document(fields)
}

// shownTag is one field of metadata as one reader gives it, with its place. ID is a number for fields of Exif and makers' notes.
type shownTag struct {
	Reader string `json:"reader"`
	Group  string `json:"group"`
	ID     any    `json:"id,omitempty"`
	Name   string `json:"name"`
	Value  string `json:"value"`
	Type   string `json:"type,omitempty"`
	Count  int64  `json:"count,omitempty"`
	Offset *int64 `json:"offset,omitempty"`
	Length int64  `json:"length,omitempty"`
	Path   string `json:"path,omitempty"`
	Note   string `json:"note,omitempty"`
	Cut    bool   `json:"cut,omitempty"`
}

// shownPiece is one piece of the structure with its place.
type shownPiece struct {
	Path   string `json:"path"`
	Offset *int64 `json:"offset,omitempty"`
	Length int64  `json:"length"`
	pipeline.Piece
}

// shownFacts parts what was measured into fields, pieces and the rest.
func shownFacts(all []pipeline.Measurement) (tags []shownTag, pieces []shownPiece, rest []pipeline.Measurement) {
	tags, pieces, rest = []shownTag{}, []shownPiece{}, []pipeline.Measurement{}
	for _, m := range all {
		switch f := m.Fact.(type) {
		case pipeline.Tag:
			tags = append(tags, shownTag{
				Reader: f.Reader, Group: f.Group, ID: numbered(f.ID), Name: f.Name, Value: f.Value, Type: f.Type, Count: f.Count,
				Offset: m.Where.Offset, Length: m.Where.Length, Path: m.Where.Path, Note: f.Note, Cut: f.Cut,
			})
		case pipeline.Piece:
			pieces = append(pieces, shownPiece{Path: m.Where.Path, Offset: m.Where.Offset, Length: m.Where.Length, Piece: f})
		case pipeline.LocalFeatures, pipeline.FrameHashes, pipeline.AudioPrint, pipeline.PictureHash, pipeline.Derivative:
		default:
			rest = append(rest, m)
		}
	}
	return tags, pieces, rest
}

// numbered is an identifier as a number where it is one, nil where there is none.
func numbered(id string) any {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return n
	}
	if id == "" {
		return nil
	}
	return id
}
