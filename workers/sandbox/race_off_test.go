//go:build !race

package sandbox

import "time"

// testSpace is the default address space.
const testSpace = defaultAddressSpace

const raceOn = false

// testWall ends what sleeps, and is long enough for what does not.
const testWall = time.Second

// testPatience leaves a child time to stop by itself and end, on a busy machine too.
const testPatience = 6 * time.Second
