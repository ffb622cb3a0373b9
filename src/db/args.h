/*
 * ARGS(a, b, ...): an array of parameters, each typed by ARG.  Made for up to
 * 24 of them: the macros below count their arguments and map ARG over them.
 */
#ifndef AFF_DB_ARGS_H
#define AFF_DB_ARGS_H

#define ARGS_COUNT(...) ARGS_COUNT_(__VA_ARGS__, 24, 23, 22, 21, 20, 19, 18, \
	17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define ARGS_COUNT_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, \
	a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, n, ...) n

#define ARGS_1(a) ARG(a)
#define ARGS_2(a, ...) ARG(a), ARGS_1(__VA_ARGS__)
#define ARGS_3(a, ...) ARG(a), ARGS_2(__VA_ARGS__)
#define ARGS_4(a, ...) ARG(a), ARGS_3(__VA_ARGS__)
#define ARGS_5(a, ...) ARG(a), ARGS_4(__VA_ARGS__)
#define ARGS_6(a, ...) ARG(a), ARGS_5(__VA_ARGS__)
#define ARGS_7(a, ...) ARG(a), ARGS_6(__VA_ARGS__)
#define ARGS_8(a, ...) ARG(a), ARGS_7(__VA_ARGS__)
#define ARGS_9(a, ...) ARG(a), ARGS_8(__VA_ARGS__)
#define ARGS_10(a, ...) ARG(a), ARGS_9(__VA_ARGS__)
#define ARGS_11(a, ...) ARG(a), ARGS_10(__VA_ARGS__)
#define ARGS_12(a, ...) ARG(a), ARGS_11(__VA_ARGS__)
#define ARGS_13(a, ...) ARG(a), ARGS_12(__VA_ARGS__)
#define ARGS_14(a, ...) ARG(a), ARGS_13(__VA_ARGS__)
#define ARGS_15(a, ...) ARG(a), ARGS_14(__VA_ARGS__)
#define ARGS_16(a, ...) ARG(a), ARGS_15(__VA_ARGS__)
#define ARGS_17(a, ...) ARG(a), ARGS_16(__VA_ARGS__)
#define ARGS_18(a, ...) ARG(a), ARGS_17(__VA_ARGS__)
#define ARGS_19(a, ...) ARG(a), ARGS_18(__VA_ARGS__)
#define ARGS_20(a, ...) ARG(a), ARGS_19(__VA_ARGS__)
#define ARGS_21(a, ...) ARG(a), ARGS_20(__VA_ARGS__)
#define ARGS_22(a, ...) ARG(a), ARGS_21(__VA_ARGS__)
#define ARGS_23(a, ...) ARG(a), ARGS_22(__VA_ARGS__)
#define ARGS_24(a, ...) ARG(a), ARGS_23(__VA_ARGS__)

#define ARGS_JOIN(n) ARGS_JOIN_(n)
#define ARGS_JOIN_(n) ARGS_##n
#define ARGS(...) ((struct args){ \
	(const struct arg[]){ \
		ARGS_JOIN(ARGS_COUNT(__VA_ARGS__))(__VA_ARGS__) }, \
	ARGS_COUNT(__VA_ARGS__) })
#define NO_ARGS ((struct args){ NULL, 0 })

#endif
