package examine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// panicked is a recovered panic. Its text holds the panic's value and never a stack or an address, since
// outcomes are part of a report's core and equal input must give equal bytes.
type panicked struct{ text string }

func (p panicked) Error() string { return "panic: " + p.text }

// guard calls f and turns a panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			err = panicked{v.Error()}
		case string:
			err = panicked{v}
		default:
			err = panicked{fmt.Sprintf("a value of type %T", v)}
		}
	}()
	return f()
}

// because returns the cause of ctx's end in place of an error that merely says that it ended.
func because(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}

// bounded makes text fit to be a reason: valid UTF-8 of at most MaxReason bytes, cut between runes.
func bounded(text string) string {
	if len(text) > 4*MaxReason {
		text = text[:4*MaxReason] // spares cleaning what is cut anyway
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= MaxReason {
		return text
	}
	const cut = "…"
	end := MaxReason - len(cut)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + cut
}
