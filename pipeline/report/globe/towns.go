package globe

import "math"

// Town is a place that helps to find one's way on a map.
type Town struct {
	Key  string // by which words name it
	At   XY
	Left bool // the text ends at the dot, else it begins there
}

// townsWithin is the width of a frame, degrees, up to which towns are shown.
const townsWithin = 25

// towns are the centres of Belarus' regions and the capitals round it, to a hundredth of a degree.
var towns = []struct {
	key      string
	lat, lon float64
}{
	{"minsk", 53.90, 27.57}, {"brest", 52.10, 23.69}, {"viciebsk", 55.19, 30.20}, {"homiel", 52.44, 30.98}, {"hrodna", 53.68, 23.83}, {"mahiliou", 53.90, 30.33},
	{"kyiv", 50.45, 30.52}, {"vilnius", 54.69, 25.28}, {"riga", 56.95, 24.11}, {"warsaw", 52.23, 21.01}, {"moscow", 55.76, 37.62}, {"chisinau", 47.01, 28.86},
}

// placeTowns shows the towns that are not under a spot or its name.
func (m *Map) placeTowns(s sheet) {
next:
	for _, t := range towns {
		if t.lon < s.west || t.lon > s.east || t.lat < s.south || t.lat > s.north {
			continue
		}
		at := s.at(dot{t.lon, t.lat})
		for _, spot := range m.Spots {
			if math.Hypot(spot.At.X-at.X, spot.At.Y-at.Y) < 12 {
				continue next
			}
		}
		for i := range m.Labels {
			if l := &m.Labels[i]; math.Abs(l.At.Y-at.Y) < 14 && math.Abs(l.At.X-at.X) < 90 {
				continue next
			}
		}
		m.Towns = append(m.Towns, Town{t.key, at, at.X > width*.8})
	}
}
