#include "textflag.h"

// func pairsAVX2(out, a, b *uint8, n int)
// 16 boxes at a time, of two by two: the rows a and b, n a positive multiple of 16.
TEXT ·pairsAVX2(SB), NOSPLIT, $0-32
	MOVQ         out+0(FP), DI
	MOVQ         a+8(FP), R8
	MOVQ         b+16(FP), R9
	MOVQ         n+24(FP), CX
	MOVL         $0x01010101, AX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	MOVL         $0x00020002, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	XORQ         AX, AX

next:
	VMOVDQU      (R8)(AX*2), Y0
	VMOVDQU      (R9)(AX*2), Y1
	VPMADDUBSW   Y15, Y0, Y0
	VPMADDUBSW   Y15, Y1, Y1
	VPADDW       Y14, Y0, Y0
	VPADDW       Y1, Y0, Y0
	VPSRLW       $2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSWB    X1, X0, X0
	VMOVDQU      X0, (DI)(AX*1)
	ADDQ         $16, AX
	CMPQ         AX, CX
	JLT          next
	VZEROUPPER
	RET

// func foursAVX2(out, a, b, c, d *uint8, n int)
// 8 boxes at a time, of four by four: the rows a to d, n a positive multiple of 8.
TEXT ·foursAVX2(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         a+8(FP), R8
	MOVQ         b+16(FP), R9
	MOVQ         c+24(FP), R10
	MOVQ         d+32(FP), R11
	MOVQ         n+40(FP), CX
	MOVL         $0x01010101, AX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	MOVL         $0x00010001, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	MOVL         $8, AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	XORQ         AX, AX

next:
	VMOVDQU      (R8)(AX*4), Y0
	VMOVDQU      (R9)(AX*4), Y1
	VMOVDQU      (R10)(AX*4), Y2
	VMOVDQU      (R11)(AX*4), Y3
	VPMADDUBSW   Y15, Y0, Y0
	VPMADDUBSW   Y15, Y1, Y1
	VPMADDUBSW   Y15, Y2, Y2
	VPMADDUBSW   Y15, Y3, Y3
	VPADDW       Y1, Y0, Y0
	VPADDW       Y3, Y2, Y2
	VPADDW       Y2, Y0, Y0
	VPMADDWD     Y14, Y0, Y0
	VPADDD       Y13, Y0, Y0
	VPSRLD       $4, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW    X1, X0, X0
	VPACKUSWB    X0, X0, X0
	VMOVQ        X0, (DI)(AX*1)
	ADDQ         $8, AX
	CMPQ         AX, CX
	JLT          next
	VZEROUPPER
	RET
