package compare

import (
	"math"

	"dokaz/pipeline"
	"dokaz/pipeline/compare/geometry"
)

// photo is what is compared of an item as a picture.
type photo struct {
	item     pipeline.Digest
	pictures []pipeline.PrintedPicture
	picture  geometry.Picture // of no size where the item is no photo, or has no local features
}

func photoOf(p pipeline.Prints) photo {
	out := photo{item: p.Item, pictures: p.Pictures}
	if p.Kind != pipeline.Photo {
		return out
	}
	for _, l := range p.Features {
		if len(l.Frames) > 0 {
			out.picture = geometry.PictureOf(l, l.Frames[0])
			break
		}
	}
	return out
}

// borderless is the share of the picture within its borders.
func (p photo) borderless() float64 {
	for _, v := range p.pictures {
		if v.View == "trimmed" {
			return v.Box[2] * v.Box[3]
		}
	}
	return 1
}

// hundredths rounds to two decimals.
func hundredths(v float64) float64 { return math.Round(v*100) / 100 }
