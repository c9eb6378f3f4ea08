package parts

// cursor takes big-endian fields from the front of b; short is set once they run out.
type cursor struct {
	b     []byte
	flags uint64
	short bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// uint takes a number of n ≤ 8 bytes; of more, as hostile tables announce, the last eight count.
func (c *cursor) uint(n int) (v uint64) {
	for _, b := range c.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// fullBox takes version and flags (§4.2.2) and returns the version.
func (c *cursor) fullBox() (version uint64) {
	version, c.flags = c.uint(1), c.uint(3)
	return version
}

// id takes an item's number, number a count: both grew from 16 to 32 bits in later versions.
func (c *cursor) id(wide bool) uint32 { return uint32(c.number(wide)) }

func (c *cursor) number(wide bool) uint64 {
	if wide {
		return c.uint(4)
	}
	return c.uint(2)
}

// text takes a string up to its terminating zero.
func (c *cursor) text() string {
	for i, b := range c.b {
		if b == 0 {
			s := string(c.b[:i])
			c.b = c.b[i+1:]
			return s
		}
	}
	s := string(c.b)
	c.b = nil
	return s
}
