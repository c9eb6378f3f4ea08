package ui

import (
	"fmt"
	"net/http"

	"dokaz/pipeline"
)

// shownTypes are the media types that are handed to a browser: raster pictures that we made ourselves.
var shownTypes = map[string]bool{"image/jpeg": true, "image/png": true}

// picture serves a derivative.
func (p *Pages) picture(w http.ResponseWriter, r *http.Request, _ *visit) error {
	d, err := digestIn(r, "picture")
	if err != nil {
		return err
	}
	b, err := p.kept.Derivative(r.Context(), d)
	if err != nil {
		return err
	}
	kind := http.DetectContentType(b)
	if !shownTypes[kind] { // frozen reports lie on the same shelf
		return fmt.Errorf("derivative %s is no picture: %w", d, pipeline.ErrNotFound)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=3600, immutable") // under its digest it never changes
	send(w, b)
	return nil
}

// preview serves a large picture of a photo.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request, _ *visit) error {
	d, err := digestIn(r, "item")
	if err != nil {
		return err
	}
	b, err := p.kept.Preview(r.Context(), d)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	send(w, b)
	return nil
}

// drawing makes the drawing of two items and leads to it.
func (p *Pages) drawing(w http.ResponseWriter, r *http.Request, _ *visit) error {
	a, err := digestIn(r, "a")
	if err != nil {
		return err
	}
	b, err := digestIn(r, "b")
	if err != nil {
		return err
	}
	d, err := p.kept.Draw(r.Context(), a, b)
	if err != nil {
		return err
	}
	http.Redirect(w, r, picturePath(&d), http.StatusSeeOther)
	return nil
}
