package index

// paged is a long sequence that grows without being moved.
type paged[T any] [][]T

const pageLen = 1 << 13

func (p paged[T]) at(i int) T { return p[i/pageLen][i%pageLen] }

func (p *paged[T]) append(v T) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last]) == pageLen {
		*p = append(*p, make([]T, 0, pageLen))
		last++
	}
	(*p)[last] = append((*p)[last], v)
}

// stretch returns those from i on that lie together, up to the one before end.
func (p paged[T]) stretch(i, end int) []T {
	page := p[i/pageLen]
	return page[i%pageLen : min(i%pageLen+end-i, len(page))]
}
