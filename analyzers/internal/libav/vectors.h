// Loops over samples, compiled twice on x86-64: for every processor, and for those with AVX2, which take twice as many at a time.
// Both do the same in whole numbers.
#ifndef DOKAZ_LIBAV_VECTORS_H
#define DOKAZ_LIBAV_VECTORS_H

#if defined(__x86_64__) && defined(__GNUC__)
#define DOKAZ_VECTORS(name, parameters, body, arguments) \
	__attribute__((optimize("O3"))) static void name##_plain parameters body \
	__attribute__((optimize("O3"), target("avx2"))) static void name##_avx2 parameters body \
	static inline void name parameters { \
		if (__builtin_cpu_supports("avx2")) \
			name##_avx2 arguments; \
		else \
			name##_plain arguments; \
	}
#else
#define DOKAZ_VECTORS(name, parameters, body, arguments) \
	__attribute__((optimize("O3"))) static void name parameters body
#endif

#endif
