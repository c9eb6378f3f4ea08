//go:build race

package sandbox

import "time"

// testSpace: the race detector maps terabytes of shadow memory, so children of a race build have no limit.
const testSpace = 1 << 62

const raceOn = true

// testWall: the race detector sleeps a second when a process exits.
const testWall = 6 * time.Second

// testPatience leaves a child time to stop by itself and end.
const testPatience = 18 * time.Second
