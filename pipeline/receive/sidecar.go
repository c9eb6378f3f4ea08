package receive

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dokaz/pipeline"
)

// TakeWith is Take of a file and of those that were given with it, whatever they are: all are sealed before any is recorded, the file's receipt names them
// and theirs name it, so that they are held against its bytes when it is examined. Where one of the files given is left out, or the file itself, nothing is
// recorded; the result of the one left out says why. Two of one name are refused.
func (s *Station) TakeWith(ctx context.Context, c Candidate, with []Candidate) (file Result, sidecars []Result, err error) {
	sealed, err := s.Seal(ctx, c)
	if err != nil || sealed.LeftOut != nil {
		return Result{Path: Portable(c.Path), LeftOut: sealed.LeftOut}, nil, err
	}
	var theirs []Sealed
	for _, one := range with {
		got, err := s.sealAny(ctx, one)
		if err != nil {
			return Result{}, nil, err
		}
		if got.LeftOut != nil {
			return Result{}, []Result{{Path: Portable(one.Path), LeftOut: got.LeftOut}}, nil
		}
		theirs = append(theirs, got)
	}
	return s.recordWith(ctx, sealed, c.Claims, theirs)
}

// TakeTogether is Take of a candidate and of what belongs to it, as TakeWith has it: the files that its row of a table names, or those of its folder that are
// named after it. One of those that cannot be taken is left out alone, and told; where the candidate itself is left out each is taken by itself.
func (s *Station) TakeTogether(ctx context.Context, c Candidate) ([]Result, error) {
	if len(c.With) == 0 && c.beside == nil {
		got, err := s.Take(ctx, c)
		return []Result{got}, err
	}
	sealed, err := s.Seal(ctx, c)
	if err != nil {
		return nil, err
	}
	var out []Result
	if sealed.LeftOut != nil {
		out = append(out, Result{Path: Portable(c.Path), LeftOut: sealed.LeftOut})
		for _, one := range c.With {
			got, err := s.Take(ctx, one)
			if err != nil {
				return out, err
			}
			out = append(out, got)
		}
		return out, nil
	}
	var theirs []Sealed
	names, met := map[string]bool{}, map[string]bool{}
	for _, one := range slices.Concat(c.With, c.beside.of(sealed.Item.Digest.Hex())) {
		if met[one.Path] {
			continue // the keys of a folder come with what is named after the name, and after the digest
		}
		met[one.Path] = true
		name, _ := nameOf(one.Path)
		got, err := s.sealAny(ctx, one)
		switch {
		case err != nil:
			return out, err
		case got.LeftOut != nil:
			out = append(out, Result{Path: Portable(one.Path), LeftOut: got.LeftOut})
		case names[name]: // names of other bytes that are recorded alike
			alone, err := s.Record(ctx, got, pipeline.Claims{})
			if err != nil {
				return out, err
			}
			out = append(out, alone)
		default:
			names[name] = true
			theirs = append(theirs, got)
		}
	}
	file, sidecars, err := s.recordWith(ctx, sealed, c.Claims, theirs)
	if err != nil {
		return out, err
	}
	return append(append(out, sidecars...), file), nil
}

// sealAny seals a file that was given with another, whatever it is.
func (s *Station) sealAny(ctx context.Context, c Candidate) (Sealed, error) {
	all := *s
	all.All = true
	return all.Seal(ctx, c)
}

// recordWith records a file and those that were given with it.
func (s *Station) recordWith(ctx context.Context, sealed Sealed, claims pipeline.Claims, theirs []Sealed) (file Result, sidecars []Result, err error) {
	claims.Other = maps.Clone(claims.Other)
	if claims.Other == nil {
		claims.Other = map[string]string{}
	}
	names := map[string]bool{}
	for _, one := range theirs {
		name, _ := nameOf(one.path)
		if names[name] {
			return Result{}, nil, fmt.Errorf("%w: two files given with %q are called %q", pipeline.ErrRefused, Portable(sealed.path), name)
		}
		names[name] = true
		claims.Other[pipeline.ClaimSidecar+name] = one.Item.Digest.String()
	}
	for _, one := range theirs {
		got, err := s.Record(ctx, one, pipeline.Claims{Other: map[string]string{pipeline.ClaimSidecarOf: sealed.Item.Digest.String()}})
		if err != nil {
			return Result{}, sidecars, err
		}
		sidecars = append(sidecars, got)
	}
	file, err = s.Record(ctx, sealed, claims)
	return file, sidecars, err
}
