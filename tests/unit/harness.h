/* What the unit tests share: an arena, for each test or for all of a file. */
#ifndef AFF_TESTS_UNIT_HARNESS_H
#define AFF_TESTS_UNIT_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

extern struct arena arena;

int open_arena(void **state);
int close_arena(void **state);
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)

/* The same text with another character there. */
struct str changed(struct str, size_t at, char);

#endif
