#include "textflag.h"

// MATCH writes, for the 64 bytes in Y4 and Y5, which of them equal those of a register.
#define MATCH(with, at) \
	VPCMPEQB  Y4, with, Y6 \
	VPCMPEQB  Y5, with, Y7 \
	VPMOVMSKB Y6, AX       \
	VPMOVMSKB Y7, BX       \
	SHLQ      $32, BX      \
	ORQ       BX, AX       \
	MOVQ      AX, at(DI)

// func mark(blocks *Block, text *byte, count int, comma, quote, end byte)
TEXT ·mark(SB), NOSPLIT, $0-27
	MOVQ         blocks+0(FP), DI
	MOVQ         text+8(FP), SI
	MOVQ         count+16(FP), CX
	VPBROADCASTB comma+24(FP), Y0
	VPBROADCASTB quote+25(FP), Y1
	VPBROADCASTB end+26(FP), Y2
	VPXOR        Y3, Y3, Y3

loop:
	VMOVDQU (SI), Y4
	VMOVDQU 32(SI), Y5
	MATCH(Y0, 0)
	MATCH(Y1, 8)
	MATCH(Y2, 16)

	// Odd: equal to zero, or with the highest bit, which is the one that VPMOVMSKB takes.
	VPCMPEQB  Y4, Y3, Y6
	VPCMPEQB  Y5, Y3, Y7
	VPOR      Y4, Y6, Y6
	VPOR      Y5, Y7, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	MOVQ      AX, 24(DI)

	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// NEXT writes the place of the lowest bit that is set in AX, and clears that.
#define NEXT(at) \
	TZCNTQ AX, DX    \
	ADDL   R8, DX    \
	MOVL   DX, at(R9) \
	BLSRQ  AX, AX

// func place(to *int32, sets *uint64, count int, base int32) int
TEXT ·place(SB), NOSPLIT, $0-40
	MOVQ to+0(FP), DI
	MOVQ sets+8(FP), SI
	MOVQ count+16(FP), CX
	MOVL base+24(FP), R8
	MOVQ DI, R10

set:
	MOVQ    (SI), AX
	POPCNTQ AX, BX
	MOVQ    DI, R9
	TESTQ   AX, AX
	JZ      behind

eight:
	NEXT(0)
	NEXT(4)
	NEXT(8)
	NEXT(12)
	NEXT(16)
	NEXT(20)
	NEXT(24)
	NEXT(28)
	ADDQ  $32, R9
	TESTQ AX, AX
	JNZ   eight

behind:
	LEAQ (DI)(BX*4), DI
	ADDL $64, R8
	ADDQ $8, SI
	DECQ CX
	JNZ  set

	SUBQ R10, DI
	SHRQ $2, DI
	MOVQ DI, ret+32(FP)
	RET
