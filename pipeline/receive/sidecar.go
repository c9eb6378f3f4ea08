package receive

import (
	"context"
	"fmt"
	"maps"

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
	all := *s
	all.All = true
	names, claims := map[string]string{}, c.Claims
	claims.Other = maps.Clone(claims.Other)
	if claims.Other == nil {
		claims.Other = map[string]string{}
	}
	var theirs []Sealed
	for _, one := range with {
		got, err := all.Seal(ctx, one)
		if err != nil {
			return Result{}, nil, err
		}
		if got.LeftOut != nil {
			return Result{}, []Result{{Path: Portable(one.Path), LeftOut: got.LeftOut}}, nil
		}
		name, _ := nameOf(one.Path)
		if names[name] != "" {
			return Result{}, nil, fmt.Errorf("%w: two files given with %q are called %q", pipeline.ErrRefused, Portable(c.Path), name)
		}
		names[name] = got.Item.Digest.String()
		claims.Other[pipeline.ClaimSidecar+name] = names[name]
		theirs = append(theirs, got)
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
