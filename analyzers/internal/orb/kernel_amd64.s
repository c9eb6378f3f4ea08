#include "textflag.h"

// Each function takes n places along a row, n a positive multiple of as many as it takes at a time. See kernel.

// func binomialAVX2(out, in *uint16, n int)
// 16 at a time: in[x] + in[x+4] + 4(in[x+1] + in[x+3]) + 6 in[x+2].
TEXT ·binomialAVX2(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ in+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ AX, AX

next:
	VMOVDQU (SI)(AX*2), Y0
	VPADDW  8(SI)(AX*2), Y0, Y0
	VMOVDQU 2(SI)(AX*2), Y1
	VPADDW  6(SI)(AX*2), Y1, Y1
	VMOVDQU 4(SI)(AX*2), Y2
	VPADDW  Y2, Y1, Y1
	VPSLLW  $2, Y1, Y1
	VPADDW  Y2, Y2, Y2
	VPADDW  Y1, Y0, Y0
	VPADDW  Y2, Y0, Y0
	VMOVDQU Y0, (DI)(AX*2)
	ADDQ    $16, AX
	CMPQ    AX, CX
	JLT     next
	VZEROUPPER
	RET

// EIGHT leaves in SUM the smoothed values of the eight places AT bytes on.
#define EIGHT(AT, SUM) \
	VPMOVZXWD AT(R8)(AX*2), SUM  \
	VPMOVZXWD AT(R12)(AX*2), Y2  \
	VPMOVZXWD AT(R9)(AX*2), Y3   \
	VPMOVZXWD AT(R11)(AX*2), Y4  \
	VPMOVZXWD AT(R10)(AX*2), Y5  \
	VPADDD    Y4, Y3, Y3         \
	VPADDD    Y5, Y3, Y3         \
	VPSLLD    $2, Y3, Y3         \
	VPADDD    Y5, Y5, Y5         \
	VPADDD    Y2, SUM, SUM       \
	VPADDD    Y5, Y3, Y3         \
	VPADDD    Y15, SUM, SUM      \
	VPADDD    Y3, SUM, SUM       \
	VPSRLD    $8, SUM, SUM

// func columnAVX2(out, a, b, c, d, e *uint16, n int)
// 16 at a time: (a + e + 4(b + d) + 6c + 128) / 256.
TEXT ·columnAVX2(SB), NOSPLIT, $0-56
	MOVQ         out+0(FP), DI
	MOVQ         a+8(FP), R8
	MOVQ         b+16(FP), R9
	MOVQ         c+24(FP), R10
	MOVQ         d+32(FP), R11
	MOVQ         e+40(FP), R12
	MOVQ         n+48(FP), CX
	MOVL         $128, AX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	XORQ         AX, AX

next:
	EIGHT(0, Y0)
	EIGHT(16, Y1)
	VPACKUSDW Y1, Y0, Y0
	VPERMQ    $0xd8, Y0, Y0
	VMOVDQU   Y0, (DI)(AX*2)
	ADDQ      $16, AX
	CMPQ      AX, CX
	JLT       next
	VZEROUPPER
	RET

// REPLACE puts the product NEW in its row, whose former value leaves the sum.
#define REPLACE(NEW, ROW, SUM) \
	VPSUBD  (ROW)(AX*4), NEW, Y3 \
	VPADDD  (SUM)(AX*4), Y3, Y3  \
	VMOVDQU NEW, (ROW)(AX*4)     \
	VMOVDQU Y3, (SUM)(AX*4)

// func enterAVX2(sumXX, sumYY, sumXY, xx, yy, xy *int32, line, up, down *uint16, n int)
// 8 at a time.
TEXT ·enterAVX2(SB), NOSPLIT, $0-80
	MOVQ sumXX+0(FP), R8
	MOVQ sumYY+8(FP), R9
	MOVQ sumXY+16(FP), R10
	MOVQ xx+24(FP), R11
	MOVQ yy+32(FP), R12
	MOVQ xy+40(FP), R13
	MOVQ line+48(FP), SI
	MOVQ up+56(FP), DX
	MOVQ down+64(FP), DI
	MOVQ n+72(FP), CX
	XORQ AX, AX

next:
	VPMOVZXWD 4(SI)(AX*2), Y0
	VPMOVZXWD (SI)(AX*2), Y1
	VPMOVZXWD (DI)(AX*2), Y2
	VPMOVZXWD (DX)(AX*2), Y3
	VPSUBD    Y1, Y0, Y0
	VPSUBD    Y3, Y2, Y2
	VPMULLD   Y0, Y0, Y4
	VPMULLD   Y2, Y2, Y5
	VPMULLD   Y2, Y0, Y6
	REPLACE(Y4, R11, R8)
	REPLACE(Y5, R12, R9)
	REPLACE(Y6, R13, R10)
	ADDQ      $8, AX
	CMPQ      AX, CX
	JLT       next
	VZEROUPPER
	RET

// FIVE leaves in SUM the sums of five values in a row.
#define FIVE(FROM, SUM) \
	VMOVDQU (FROM)(AX*4), SUM         \
	VPADDD  4(FROM)(AX*4), SUM, SUM   \
	VPADDD  8(FROM)(AX*4), SUM, SUM   \
	VPADDD  12(FROM)(AX*4), SUM, SUM  \
	VPADDD  16(FROM)(AX*4), SUM, SUM

// RESPONSE leaves in OUT the responses of the even places.
#define RESPONSE(OUT) \
	VPMULDQ  Y1, Y0, OUT  \
	VPMULDQ  Y2, Y2, Y5   \
	VPMULUDQ Y3, Y3, Y6   \
	VPSRLQ   $4, Y6, Y6   \
	VPSUBQ   Y5, OUT, OUT \
	VPSUBQ   Y6, OUT, OUT

// func harrisAVX2(out *int64, xx, yy, xy *int32, n int)
// 8 at a time.
TEXT ·harrisAVX2(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ xx+8(FP), R8
	MOVQ yy+16(FP), R9
	MOVQ xy+24(FP), R10
	MOVQ n+32(FP), CX
	XORQ AX, AX

next:
	FIVE(R8, Y0)
	FIVE(R9, Y1)
	FIVE(R10, Y2)
	VPADDD      Y1, Y0, Y3
	RESPONSE(Y4)
	VPSRLQ      $32, Y0, Y0
	VPSRLQ      $32, Y1, Y1
	VPSRLQ      $32, Y2, Y2
	VPSRLQ      $32, Y3, Y3
	RESPONSE(Y7)
	VPUNPCKLQDQ Y7, Y4, Y0
	VPUNPCKHQDQ Y7, Y4, Y1
	VPERM2I128  $0x20, Y1, Y0, Y2
	VPERM2I128  $0x31, Y1, Y0, Y3
	VMOVDQU     Y2, (DI)(AX*8)
	VMOVDQU     Y3, 32(DI)(AX*8)
	ADDQ        $8, AX
	CMPQ        AX, CX
	JLT         next
	VZEROUPPER
	RET

// PEAK leaves in OUT all ones where the response AT bytes on is at least Y15's successor and no neighbour is higher.
#define PEAK(AT, OUT) \
	VMOVDQU  AT+8(SI)(AX*8), Y0      \
	VPCMPGTQ Y15, Y0, OUT            \
	VMOVDQU  AT(SI)(AX*8), Y1        \
	VMOVDQU  AT+16(SI)(AX*8), Y2     \
	VMOVDQU  AT(R8)(AX*8), Y3        \
	VMOVDQU  AT(R9)(AX*8), Y4        \
	VPCMPGTQ Y0, Y1, Y1              \
	VPCMPGTQ Y0, Y2, Y2              \
	VPCMPGTQ Y0, Y3, Y3              \
	VPCMPGTQ Y0, Y4, Y4              \
	VPOR     Y2, Y1, Y1              \
	VPOR     Y4, Y3, Y3              \
	VPOR     Y3, Y1, Y1              \
	VPANDN   OUT, Y1, OUT

// func peaksAVX2(marks *uint8, row, above, below *int64, least int64, n int)
// 8 at a time, which make one byte.
TEXT ·peaksAVX2(SB), NOSPLIT, $0-48
	MOVQ         marks+0(FP), DI
	MOVQ         row+8(FP), SI
	MOVQ         above+16(FP), R8
	MOVQ         below+24(FP), R9
	MOVQ         least+32(FP), DX
	MOVQ         n+40(FP), CX
	DECQ         DX
	VMOVQ        DX, X15
	VPBROADCASTQ X15, Y15
	XORQ         AX, AX

next:
	PEAK(0, Y5)
	PEAK(32, Y6)
	VMOVMSKPD Y5, R10
	VMOVMSKPD Y6, R11
	SHLL      $4, R11
	ORL       R11, R10
	MOVB      R10, (DI)
	INCQ      DI
	ADDQ      $8, AX
	CMPQ      AX, CX
	JLT       next
	VZEROUPPER
	RET

// func blendAVX2(out *uint32, a, b, c *uint16, weights *[3]uint32, n int)
// 8 at a time.
TEXT ·blendAVX2(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         a+8(FP), R8
	MOVQ         b+16(FP), R9
	MOVQ         c+24(FP), R10
	MOVQ         weights+32(FP), DX
	MOVQ         n+40(FP), CX
	VPBROADCASTD (DX), Y13
	VPBROADCASTD 4(DX), Y14
	VPBROADCASTD 8(DX), Y15
	XORQ         AX, AX

next:
	VPMOVZXWD (R8)(AX*2), Y0
	VPMOVZXWD (R9)(AX*2), Y1
	VPMOVZXWD (R10)(AX*2), Y2
	VPMULLD   Y13, Y0, Y0
	VPMULLD   Y14, Y1, Y1
	VPMULLD   Y15, Y2, Y2
	VPADDD    Y1, Y0, Y0
	VPADDD    Y2, Y0, Y0
	VMOVDQU   Y0, (DI)(AX*4)
	ADDQ      $8, AX
	CMPQ      AX, CX
	JLT       next
	VZEROUPPER
	RET
