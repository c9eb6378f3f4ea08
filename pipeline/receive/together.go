package receive

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"dokaz/pipeline"
)

// The ends of names of files that are given beside another and named after it: NAME.asc, or the digest of its bytes before such an end, as ProofMode names them
// (guardianproject/proofmode-android, ProofMode.java). What they are is told by their contents alone, and what they are over by checking: a name only says what to try.
var besideEnds = []string{".asc", ".sig", ".gpg", ".pgp", ".ots", ".tsr", ".tst", ".gst", ".cert", ".proof.csv", ".proof.json"}

// keyNames are what files with the key of all signatures of a folder are called.
var keyNames = map[string]bool{"pubkey.asc": true, "publickey.asc": true, "c2paidentity.cert": true}

// maxBeside bounds the files that are given with one of a folder.
const maxBeside = 24

// maxKeys bounds the files of keys of one folder.
const maxKeys = 4

// beside are the files of one folder that are named after others.
type beside struct {
	named map[string][]Candidate // by the name, or the digest, that they are named after
	keys  []Candidate
	taken map[string]bool // names of those that come with the file that they are named after
}

// besideIn finds the files of a folder that belong to others in it. look gives a file by its name; false where it is none, or not to be taken.
func besideIn(names []string, look func(name string) (Candidate, bool)) *beside {
	b := &beside{named: map[string][]Candidate{}, taken: map[string]bool{}}
	for _, n := range names {
		if keyNames[strings.ToLower(n)] {
			if c, ok := look(n); ok && len(b.keys) < maxKeys {
				b.keys = append(b.keys, c)
			}
			continue
		}
		after := namedAfter(n)
		if after == n || len(b.named[after]) == maxBeside-maxKeys {
			continue
		}
		c, ok := look(n)
		if !ok {
			continue
		}
		if digest := strings.ToLower(after); isDigest(digest) {
			b.named[digest] = append(b.named[digest], c)
		} else if _, ok := look(after); ok {
			b.named[after], b.taken[n] = append(b.named[after], c), true
		}
	}
	if len(b.named) == 0 {
		return nil
	}
	return b
}

// namedAfter is a name without the ends of what is given beside a file.
func namedAfter(name string) string {
	for cut := true; cut; {
		cut = false
		for _, end := range besideEnds {
			if short, ok := cutSuffixFold(name, end); ok && short != "" {
				name, cut = short, true
			}
		}
	}
	return name
}

func cutSuffixFold(s, end string) (string, bool) {
	if n := len(s) - len(end); n >= 0 && strings.EqualFold(s[n:], end) {
		return s[:n], true
	}
	return s, false
}

func isDigest(name string) bool {
	_, err := pipeline.ParseDigest("sha256:" + name)
	return err == nil
}

// takes reports whether a file of that name comes with the one that it is named after, and so not by itself.
func (b *beside) takes(name string) bool { return b != nil && b.taken[name] }

// of are the files that are named after a name, or a digest in hexadecimal, and the keys; none where there are none.
func (b *beside) of(after string) []Candidate {
	if b == nil || len(b.named[after]) == 0 {
		return nil
	}
	return slices.Concat(b.named[after], b.keys)
}

// beside finds what belongs together in a folder that is walked.
func (w *walk) beside(names []string, lstat func(string) (fs.FileInfo, error), at place, shown string) *beside {
	if !w.options.Together {
		return nil
	}
	return besideIn(names, func(name string) (Candidate, bool) {
		info, err := lstat(name)
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(name, ".") && !w.options.Hidden {
			return Candidate{}, false
		}
		return Candidate{Path: path.Join(shown, name), Size: info.Size(), source: at.in(name)}, true
	})
}
