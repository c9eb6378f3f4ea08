//go:build ignore

// Gen derives world.outlines from countries-50m.json of the npm package world-atlas: `make outlines` fetches the package and runs this.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
)

// topology is what is read of a TopoJSON document (TopoJSON Format Specification 1.0.0): arcs of quantised, delta-encoded positions, which
// neighbours share, and shapes that name them; ~i names arc i backwards.
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   struct {
		Countries struct{ Geometries []shape }
		Land      struct{ Geometries []shape }
	}
}

type shape struct {
	Type string
	ID   string
	Arcs json.RawMessage
}

// rings lists the rings of a shape, holes included: the drawing fills by the even-odd rule.
func (s shape) rings() [][]int {
	var polygons [][][]int
	switch s.Type {
	case "Polygon":
		polygons = make([][][]int, 1)
		must(json.Unmarshal(s.Arcs, &polygons[0]))
	case "MultiPolygon":
		must(json.Unmarshal(s.Arcs, &polygons))
	default:
		log.Fatalf("a shape of type %q", s.Type)
	}
	var out [][]int
	for _, p := range polygons {
		out = append(out, p...)
	}
	return out
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// joined are pairs of neighbours, by their UN M49 numbers, whose line between them is left out, with what it rests on. The shapes come from
// a data set that draws who holds a place; a map of ours draws no border that the General Assembly of the United Nations asked not to recognise.
var joined = map[[2]string]func(lon, lat float64) bool{
	// Crimea: A/RES/68/262 (27 March 2014). The line lies across the isthmus of Perekop.
	{"643", "804"}: func(lon, lat float64) bool { return lon > 32.5 && lon < 35.5 && lat > 45.5 && lat < 46.5 },
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go run gen.go COUNTRIES-50M.JSON WORLD.OUTLINES")
	}
	raw, err := os.ReadFile(os.Args[1])
	must(err)
	var t topology
	must(json.Unmarshal(raw, &t))
	users := make([][]string, len(t.Arcs))
	for _, c := range t.Objects.Countries.Geometries {
		for _, ring := range c.rings() {
			for _, a := range ring {
				users[max(a, ^a)] = append(users[max(a, ^a)], c.ID)
			}
		}
	}
	var body bytes.Buffer
	put := func(n int) { body.Write(binary.AppendVarint(nil, int64(n))) }
	put(len(t.Arcs))
	for i, arc := range t.Arcs {
		border := 0
		if len(users[i]) == 2 && users[i][0] != users[i][1] && !leftOut(t, arc, users[i]) {
			border = 1
		}
		put(border)
		put(len(arc))
		for _, p := range arc {
			put(p[0])
			put(p[1])
		}
	}
	rings := func(all [][]int) {
		put(len(all))
		for _, ring := range all {
			put(len(ring))
			for _, a := range ring {
				put(a)
			}
		}
	}
	rings(t.Objects.Land.Geometries[0].rings())
	put(len(t.Objects.Countries.Geometries))
	for _, c := range t.Objects.Countries.Geometries {
		id, _ := strconv.Atoi(c.ID) // 0 where the data set gives no number
		put(id)
		rings(c.rings())
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "Outlines of land and borders, made by gen.go from Natural Earth 1:50m (public domain), by way of countries-50m.json of the npm\n"+
		"package world-atlas 2.0.2, whose licence is ISC, copyright 2013-2019 Michael Bostock. Derived in November 2026; left out is what gen.go names.\n"+
		"Below: a deflate stream of varints, as world.go reads them.\n%v %v %v %v\n", t.Transform.Scale[0], t.Transform.Scale[1], t.Transform.Translate[0], t.Transform.Translate[1])
	w, err := flate.NewWriter(&out, flate.BestCompression)
	must(err)
	_, err = w.Write(body.Bytes())
	must(err)
	must(w.Close())
	must(os.WriteFile(os.Args[2], out.Bytes(), 0o644))
}

// leftOut reports whether an arc between two neighbours is not to be drawn.
func leftOut(t topology, arc [][2]int, users []string) bool {
	x, y := 0, 0
	for pair, where := range joined {
		if users[0]+users[1] != pair[0]+pair[1] && users[0]+users[1] != pair[1]+pair[0] {
			continue
		}
		for _, p := range arc {
			x, y = x+p[0], y+p[1]
			if where(float64(x)*t.Transform.Scale[0]+t.Transform.Translate[0], float64(y)*t.Transform.Scale[1]+t.Transform.Translate[1]) {
				return true
			}
		}
	}
	return false
}
