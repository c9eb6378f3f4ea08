// Package globe turns statements of place into points, and points into maps: outlines of land and borders with the points on them.
//
// It knows how people write coordinates, where land and borders lie, and how to cut and flatten them. It must not know what was measured,
// who claims what, words, nor markup: a Map is plain lines and points, for whoever draws.
package globe
