/* What an operator does from the command line, beside the service. */
#ifndef AFF_ADMIN_ADMIN_H
#define AFF_ADMIN_ADMIN_H

#include "server/conf.h"

/*
 * admin bootstrap --email E --name N
 *	Makes a house administrator; the password is the first line of standard
 *	input.  Prints key=... with an API key of his; does nothing where he is
 *	there already.
 * admin product --name N --tokens T --price CUR:MINOR [--price ...]
 *	  [--description D]
 *	Puts a product up for sale; nothing where one of that name is there.
 *
 * Returns the exit status; says on standard error what is wrong.
 */
int admin_run(const struct conf *, int argc, char **argv);
/* Says all that on standard error; the exit status of wrong arguments. */
int admin_usage(void);

#endif
