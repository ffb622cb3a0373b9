/* Attributes, small macros and the assert that stays on in production. */
#ifndef AFF_BASE_COMPILER_H
#define AFF_BASE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK	__attribute__((warn_unused_result))
#define NORETURN	__attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED		__attribute__((unused))

#define LEN(a)		(sizeof(a) / sizeof((a)[0]))

/*
 * A broken invariant means that this process can no longer be trusted with
 * money: it logs the place and dies, and the supervisor replaces it.
 */
#define INVARIANT(cond) \
	((cond) ? (void)0 : invariant_failed(#cond, __FILE__, __LINE__))

NORETURN void invariant_failed(const char *cond, const char *file, int line);

#endif
