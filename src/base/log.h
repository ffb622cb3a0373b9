/*
 * One line a message: time, level, role, what, and the request it belongs to.
 * Secrets and personal data are never logged: callers log ids.
 */
#ifndef AFF_BASE_LOG_H
#define AFF_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* path NULL: standard error.  Opens again on log_reopen(). */
MUST_CHECK bool log_open(const char *path, enum log_level least);
void log_reopen(void);
void log_role(const char *role);	/* "worker", "jobs": kept by pointer */
const char *log_whose(void);		/* the role */
void log_request(struct str id);	/* until the next; STR_NULL ends it */

void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
NORETURN void log_die(const char *fmt, ...) PRINTF_LIKE(1, 2);	/* aborts */

#endif
