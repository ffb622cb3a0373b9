/* Functions that this program does not use, each with what to use instead. */
#ifndef AFF_BASE_BANNED_H
#define AFF_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy	/* str_dup, buf_put */
#pragma GCC poison strcat	/* buf_put */
#pragma GCC poison strncpy	/* str_dup */
#pragma GCC poison strncat	/* buf_put */
#pragma GCC poison sprintf	/* snprintf, buf_printf */
#pragma GCC poison vsprintf	/* vsnprintf */
#pragma GCC poison gets		/* nothing */
#pragma GCC poison strtok	/* str_cut */
#pragma GCC poison atoi		/* str_to_i64 */
#pragma GCC poison atol		/* str_to_i64 */
#pragma GCC poison atof		/* no floating point with money */
#pragma GCC poison rand		/* randombytes_buf of libsodium */
#pragma GCC poison srand	/* the same */
#pragma GCC poison localtime	/* all times are UTC: clock.h */
#pragma GCC poison mktime	/* the same */
#pragma GCC poison asctime	/* the same */
#pragma GCC poison ctime	/* the same */

#endif
