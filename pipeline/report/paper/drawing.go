package paper

// view is where a drawing stands on a sheet: its corner and size in its own units, the point of the sheet where that corner comes to lie,
// and how many points of the sheet a unit has.
type view struct {
	corner        point
	width, height float64
	x, y          float64
	sx, sy        float64
}

// on is where a point of the drawing lies on the sheet.
func (v view) on(p point) (x, y float64) {
	return v.x + (p.x-v.corner.x)*v.sx, v.y + (p.y-v.corner.y)*v.sy
}

// drawn is one thing of a drawing.
type drawn interface{ draw(s *sheet, v view) }

// drawing reads what an SVG of ours draws, in the order in which it is painted.
func (l *layout) drawing(n *node, v view) ([]drawn, error) {
	d := drafter{layout: l, view: v}
	if err := d.all(n, ""); err != nil {
		return nil, err
	}
	return d.out, nil
}

// drafter gathers what is drawn.
type drafter struct {
	layout *layout
	view   view
	out    []drawn
}

// all reads the elements of a group; classes are those that the group gives to what has none.
func (d *drafter) all(n *node, classes string) error {
	for _, k := range n.elements() {
		of := k.attrs["class"]
		if of == "" {
			of = classes
		}
		switch k.name {
		case "title", "desc": // for those who hear a page
		case "g", "a": // links of a drawing lead nowhere on paper
			if err := d.all(k, of); err != nil {
				return err
			}
		case "text":
			d.text(k, of)
		default:
			outline, err := outlineOf(k, d.view.sx == d.view.sy)
			if err != nil {
				return err
			}
			d.out = append(d.out, shape{outline, paintOf(of)})
		}
	}
	return nil
}
