#include "textflag.h"

// Rows lie in four columns of 4096 words of 8 bytes; the other columns of a row stand COLUMN, 2 and 3 COLUMN bytes beyond the first.
#define COLUMN 32768

// Each function goes through n rows, 32 at a time, and leaves at least one bit of m set for each row within radius. See kernel.

// ARGUMENTS: SI first column of row lo, CX rows left, DX query, R8 marks; AX 1 once a row was marked.
#define ARGUMENTS \
	MOVQ b+0(FP), SI      \
	MOVQ lo+8(FP), AX     \
	LEAQ (SI)(AX*8), SI   \
	MOVQ n+16(FP), CX     \
	MOVQ q+24(FP), DX     \
	MOVQ m+40(FP), R8     \
	XORQ AX, AX           \
	TESTQ CX, CX          \
	JLE  done

// func sieveAVX512(b *block, lo, n int, q *folded, radius int, m *marks) bool
TEXT ·sieveAVX512(SB), NOSPLIT, $0-49
	ARGUMENTS
	VPBROADCASTQ (DX), Z0
	VPBROADCASTQ 8(DX), Z1
	VPBROADCASTQ radius+32(FP), Z2

next:
	VPXORQ   (SI), Z0, Z4
	VPXORQ   COLUMN(SI), Z1, Z5
	VPXORQ   64(SI), Z0, Z6
	VPXORQ   (COLUMN+64)(SI), Z1, Z7
	VPXORQ   128(SI), Z0, Z8
	VPXORQ   (COLUMN+128)(SI), Z1, Z9
	VPXORQ   192(SI), Z0, Z10
	VPXORQ   (COLUMN+192)(SI), Z1, Z11
	VPOPCNTQ Z4, Z4
	VPOPCNTQ Z5, Z5
	VPOPCNTQ Z6, Z6
	VPOPCNTQ Z7, Z7
	VPOPCNTQ Z8, Z8
	VPOPCNTQ Z9, Z9
	VPOPCNTQ Z10, Z10
	VPOPCNTQ Z11, Z11
	VPADDQ   Z5, Z4, Z4
	VPADDQ   Z7, Z6, Z6
	VPADDQ   Z9, Z8, Z8
	VPADDQ   Z11, Z10, Z10
	VPMINUD  Z4, Z6, Z5
	VPMINUD  Z8, Z10, Z7
	VPMINUD  Z5, Z7, Z5
	VPCMPQ   $2, Z2, Z5, K1 // at most radius
	KORTESTB K1, K1
	JNZ      mark

passed:
	ADDQ $256, SI
	ADDQ $4, R8
	SUBQ $32, CX
	JG   next

done:
	VZEROUPPER
	MOVB AX, ret+48(FP)
	RET

mark:
	MOVL   $1, AX
	VPCMPQ $2, Z2, Z4, K1
	VPCMPQ $2, Z2, Z6, K2
	VPCMPQ $2, Z2, Z8, K3
	VPCMPQ $2, Z2, Z10, K4
	KMOVB  K1, (R8)
	KMOVB  K2, 1(R8)
	KMOVB  K3, 2(R8)
	KMOVB  K4, 3(R8)
	JMP    passed

// DISTANCE leaves in d the distance of 8 rows at the given place from the query in Z0 to Z3. x, y and z are lost.
#define DISTANCE(at, d, x, y, z) \
	VPXORQ     at(SI), Z0, d            \
	VPXORQ     (COLUMN+at)(SI), Z1, x   \
	VPXORQ     (2*COLUMN+at)(SI), Z2, y \
	VPXORQ     (3*COLUMN+at)(SI), Z3, z \
	VPTERNLOGQ $0x96, y, z, x           \ // x ^ y ^ z
	VPOPCNTQ   d, d                     \
	VPOPCNTQ   x, x                     \
	VPOPCNTQ   y, y                     \
	VPOPCNTQ   z, z                     \
	VPADDQ     x, d, d                  \
	VPADDQ     y, z, z                  \
	VPADDQ     z, d, d

// func measureAVX512(b *block, lo, n int, q *folded, radius int, m *marks) bool
TEXT ·measureAVX512(SB), NOSPLIT, $0-49
	ARGUMENTS
	VPBROADCASTQ (DX), Z0
	VPBROADCASTQ 8(DX), Z1
	VPBROADCASTQ 16(DX), Z2
	VPBROADCASTQ 24(DX), Z3
	VPBROADCASTQ radius+32(FP), Z4

next:
	DISTANCE(0, Z8, Z16, Z17, Z18)
	DISTANCE(64, Z9, Z19, Z20, Z21)
	DISTANCE(128, Z10, Z22, Z23, Z24)
	DISTANCE(192, Z11, Z25, Z26, Z27)
	VPMINUD  Z8, Z9, Z12
	VPMINUD  Z10, Z11, Z13
	VPMINUD  Z12, Z13, Z12
	VPCMPQ   $2, Z4, Z12, K1
	KORTESTB K1, K1
	JNZ      mark

passed:
	ADDQ $256, SI
	ADDQ $4, R8
	SUBQ $32, CX
	JG   next

done:
	VZEROUPPER
	MOVB AX, ret+48(FP)
	RET

mark:
	MOVL   $1, AX
	VPCMPQ $2, Z4, Z8, K1
	VPCMPQ $2, Z4, Z9, K2
	VPCMPQ $2, Z4, Z10, K3
	VPCMPQ $2, Z4, Z11, K4
	KMOVB  K1, (R8)
	KMOVB  K2, 1(R8)
	KMOVB  K3, 2(R8)
	KMOVB  K4, 3(R8)
	JMP    passed

// Set bits of the sixteen values of four bits.
DATA nibbles<>+0(SB)/8, $0x0302020102010100
DATA nibbles<>+8(SB)/8, $0x0403030203020201
GLOBL nibbles<>(SB), RODATA|NOPTR, $16

DATA lowNibbles<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL lowNibbles<>(SB), RODATA|NOPTR, $8

// COUNTS turns x into the set bits of each of its bytes by two look-ups in Y15 (W. Muła, N. Kurz and D. Lemire, "Faster
// Population Counts Using AVX2 Instructions", 2018). Y14 masks four bits; y is lost.
#define COUNTS(x, y) \
	VPSRLW  $4, x, y    \
	VPAND   Y14, x, x   \
	VPAND   Y14, y, y   \
	VPSHUFB x, Y15, x   \
	VPSHUFB y, Y15, y   \
	VPADDB  y, x, x

// SIEVED leaves in d how far 4 rows at the given place are at least from the query in Y0 and Y1. x and y are lost.
#define SIEVED(at, d, x, y) \
	VPXOR   at(SI), Y0, d          \
	VPXOR   (COLUMN+at)(SI), Y1, x \
	COUNTS(d, y)                   \
	COUNTS(x, y)                   \
	VPADDB  x, d, d                \
	VPSADBW Y13, d, d

// MEASURED is DISTANCE for 4 rows.
#define MEASURED(at, d, x, y, z, t) \
	VPXOR   at(SI), Y0, d            \
	VPXOR   (COLUMN+at)(SI), Y1, x   \
	VPXOR   (2*COLUMN+at)(SI), Y2, y \
	VPXOR   (3*COLUMN+at)(SI), Y3, z \
	VPXOR   y, x, x                  \
	VPXOR   z, x, x                  \
	COUNTS(d, t)                     \
	COUNTS(x, t)                     \
	COUNTS(y, t)                     \
	COUNTS(z, t)                     \
	VPADDB  x, d, d                  \
	VPADDB  y, z, z                  \
	VPADDB  z, d, d                  \
	VPSADBW Y13, d, d

// WITHIN leaves in d all ones where 4 rows are nearer than the radius and one in Y12, and in r their 4 marks.
#define WITHIN(d, r) \
	VPCMPGTQ  d, Y12, d \
	VMOVMSKPD d, r

// TABLES fills Y12 to Y15 for the above.
#define TABLES \
	VBROADCASTI128 nibbles<>(SB), Y15    \
	VPBROADCASTQ   lowNibbles<>(SB), Y14 \
	VPXOR          Y13, Y13, Y13         \
	MOVQ           radius+32(FP), R9     \
	INCQ           R9                    \
	MOVQ           R9, X12               \
	VPBROADCASTQ   X12, Y12

// func sieveAVX2(b *block, lo, n int, q *folded, radius int, m *marks) bool
TEXT ·sieveAVX2(SB), NOSPLIT, $0-49
	ARGUMENTS
	TABLES
	VPBROADCASTQ (DX), Y0
	VPBROADCASTQ 8(DX), Y1

next:
	SIEVED(0, Y4, Y5, Y6)
	SIEVED(32, Y7, Y8, Y9)
	WITHIN(Y4, R9)
	WITHIN(Y7, R10)
	SHLL $4, R10
	ORL  R10, R9
	JNZ  mark

passed:
	ADDQ $64, SI
	INCQ R8
	SUBQ $8, CX
	JG   next

done:
	VZEROUPPER
	MOVB AX, ret+48(FP)
	RET

mark:
	MOVL $1, AX
	MOVB R9, (R8)
	JMP  passed

// func measureAVX2(b *block, lo, n int, q *folded, radius int, m *marks) bool
TEXT ·measureAVX2(SB), NOSPLIT, $0-49
	ARGUMENTS
	TABLES
	VPBROADCASTQ (DX), Y0
	VPBROADCASTQ 8(DX), Y1
	VPBROADCASTQ 16(DX), Y2
	VPBROADCASTQ 24(DX), Y3

next:
	MEASURED(0, Y4, Y5, Y6, Y7, Y8)
	MEASURED(32, Y9, Y5, Y6, Y7, Y8)
	WITHIN(Y4, R9)
	WITHIN(Y9, R10)
	SHLL $4, R10
	ORL  R10, R9
	JNZ  mark

passed:
	ADDQ $64, SI
	INCQ R8
	SUBQ $8, CX
	JG   next

done:
	VZEROUPPER
	MOVB AX, ret+48(FP)
	RET

mark:
	MOVL $1, AX
	MOVB R9, (R8)
	JMP  passed
