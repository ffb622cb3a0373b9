/* Prints the table of settings: as a sample file, and as a manual page. */
#include "server/conf.h"

#include "server/conf_table.h"
#include "base/banned.h"

void
conf_print_sample(FILE *f)
{
	fputs("# Settings of affiliated; see affiliated.conf(5).  Lines that "
	    "begin with # are\n# comments; each default stands behind one.\n",
	    f);
	for (size_t i = 0; i < conf_table_n; i++) {
		const struct conf_entry *e = &conf_table[i];

		fprintf(f, "\n# %s.\n#%s =%s%s\n", e->doc, e->name,
		    e->value[0] != '\0' ? " " : "", e->value);
	}
}

static const char *
type_text(enum conf_type type)
{
	switch (type) {
	case CONF_TEXT:
		return "text";
	case CONF_PATH:
		return "path";
	case CONF_SECRET:
		return "secret";
	case CONF_LISTEN:
		return "path | host:port";
	case CONF_PORT:
		return "port";
	case CONF_COUNT:
		return "number from 1";
	case CONF_NUMBER:
		return "number from 0";
	case CONF_SECONDS:
		return "seconds";
	case CONF_MODE:
		return "octal number";
	case CONF_BOOL:
		return "on | off";
	case CONF_LEVEL:
		return "level";
	}
	return "";
}

static void
print_setting(FILE *f, const struct conf_entry *e)
{
	fprintf(f, ".It Ic %s No = Ar %s\n%s.\n", e->name,
	    type_text(e->type), e->doc);
	if (e->value[0] == '\0')
		fputs("Empty by default.\n", f);
	else
		fprintf(f, "Default:\n.Ql %s .\n", e->value);
	if (!e->reload)
		fputs("A change needs a restart.\n", f);
}

void
conf_print_man(FILE *f)
{
	fputs(".\\\" Printed by affiliated config --man from "
	    "src/server/conf.def.\n"
	    ".Dd November 21, 2026\n.Dt AFFILIATED.CONF 5\n.Os\n"
	    ".Sh NAME\n.Nm affiliated.conf\n"
	    ".Nd settings of affiliated\n"
	    ".Sh DESCRIPTION\n"
	    "Each line is\n.Dl name = value\n"
	    "Blanks around both are passed over, as are empty lines and "
	    "lines that begin with\n.Ql # .\n"
	    "A setting stands in the file once at most.\n.Pp\n"
	    "The environment overrides the file:\n"
	    ".Ev AFFILIATED_WORKERS_API\n"
	    "is the setting\n.Ic workers_api .\n"
	    "The value of a\n.Ar secret\n"
	    "that begins with\n.Ql @\n"
	    "names a file, whose first line is the secret.\n.Pp\n"
	    "On\n.Dv SIGHUP\n"
	    "the file is read again, and workers with the new values take "
	    "the place of the old\nones without losing a request.\n"
	    "A file with an error is refused as a whole, and the old values "
	    "stay.\n"
	    ".Sh SETTINGS\n.Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < conf_table_n; i++)
		print_setting(f, &conf_table[i]);
	fputs(".El\n.Sh SEE ALSO\n.Xr affiliated 8\n", f);
}
