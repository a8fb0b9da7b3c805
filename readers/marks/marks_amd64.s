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
