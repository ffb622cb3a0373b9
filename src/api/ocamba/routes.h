/* The Ocamba Hood face: campaigns without lines, and the end of any. */
#ifndef AFF_API_OCAMBA_ROUTES_H
#define AFF_API_OCAMBA_ROUTES_H

#include "api/campaigns.h"
#include "model/campaign/campaign.h"

extern const struct face ocamba;

extern const struct route hood_campaign_routes[];
extern const struct route hood_change_routes[];
extern const struct route hood_verb_routes[];

/*
 * Members whose inner form is not public, as JSON text: they are kept and
 * given back as they came.  In a campaign they stand in one object, extras.
 */
struct hood_extras {
	struct str labels, metadata, messages, recurrence, utm_tracking;
	struct str targeting, quiet_hours;
};

#define HOOD_EXTRAS_MAX 65536	/* bytes, in all */

#define HOOD_OPEN "Its inner form is open"
/* path: of the struct in the record, with its dot. */
#define HOOD_EXTRAS(rec, path, bits) \
    FIELD(rec, path labels, "labels", .flags = F_JSON | (bits), \
	.format = "array", .doc = HOOD_OPEN, .example = "[\"spring\"]"), \
    FIELD(rec, path metadata, "metadata", .flags = F_JSON | (bits), \
	.doc = HOOD_OPEN, .example = "{\"team\":\"mail\"}"), \
    FIELD(rec, path messages, "messages", .flags = F_JSON | (bits), \
	.format = "array", .doc = HOOD_OPEN), \
    FIELD(rec, path recurrence, "recurrence", .flags = F_JSON | (bits), \
	.format = "any", .doc = HOOD_OPEN), \
    FIELD(rec, path utm_tracking, "utm_tracking", \
	.flags = F_JSON | (bits), .format = "any", .doc = HOOD_OPEN), \
    FIELD(rec, path targeting, "targeting", .flags = F_JSON | (bits), \
	.format = "any", .doc = HOOD_OPEN), \
    FIELD(rec, path quiet_hours, "quiet_hours", .flags = F_JSON | (bits), \
	.format = "any", .doc = HOOD_OPEN)

extern const struct shape hood_extras;
MUST_CHECK enum err hood_unpack(struct request *, const struct campaign *,
    struct hood_extras *);
/* ERR_INVALID: more than is kept. */
MUST_CHECK enum err hood_pack(struct request *, const struct hood_extras *,
    struct campaign *);
/* What a patch of a campaign's extras makes of them; given: by their index. */
void hood_merge(struct arena *, struct hood_extras *,
    const struct hood_extras *patch, uint64_t given);

/* A campaign as it is shown. */
struct hood_campaign {
	struct campaign c;
	struct hood_extras x;
	int status;
	bool launched;
};
extern const struct shape hood_campaign;
MUST_CHECK enum err hood_show(struct request *, const struct campaign *,
    struct hood_campaign *);

/* The campaign of the path, locked; one that is deleted is not there. */
MUST_CHECK enum err hood_hold(struct request *, struct campaign *);

/*
 * When it is asked to begin: run_immediately, or a time that is ahead and not
 * after the campaign's end; not both.
 */
struct hood_start {
	int64_t now;
	struct when at;
};
#define HOOD_START(rec, path) \
    FIELD(rec, path now, "run_immediately", .max = 1, \
	.doc = "1: it begins at once"), \
    FIELD(rec, path at, "scheduled_time", .flags = F_NULLABLE, \
	.format = "gmt", .doc = "It begins then by itself, GMT", \
	.example = "\"2030-01-01 09:00:00\"")
MUST_CHECK enum err hood_check_start(struct request *,
    const struct hood_start *, const struct campaign *);

#endif
