#include "textflag.h"

// func eightAVX2(out, lines *float32, step int, weights *float32, n int)
// n is positive.
TEXT ·eightAVX2(SB), NOSPLIT, $0-40
	MOVQ   out+0(FP), DI
	MOVQ   lines+8(FP), SI
	MOVQ   step+16(FP), R8
	MOVQ   weights+24(FP), DX
	MOVQ   n+32(FP), CX
	SHLQ   $2, R8
	VXORPS Y0, Y0, Y0

next:
	VBROADCASTSS (DX), Y1
	VMULPS       (SI), Y1, Y1
	VADDPS       Y1, Y0, Y0
	ADDQ         R8, SI
	ADDQ         $4, DX
	DECQ         CX
	JNZ          next
	VMOVUPS      Y0, (DI)
	VZEROUPPER
	RET
