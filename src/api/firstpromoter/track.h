/* What the files of tracking share. */
#ifndef AFF_API_FIRSTPROMOTER_TRACK_H
#define AFF_API_FIRSTPROMOTER_TRACK_H

#include "api/firstpromoter/routes.h"
#include "model/track/track.h"

#define TRACK_NAMES(type) \
	FIELD(type, name.email, "email", .flags = F_NULLABLE, \
	    .format = "email", .max = 254, \
	    .doc = "Of the lead; he has this or a uid"), \
	FIELD(type, name.uid, "uid", .flags = F_NULLABLE | F_LOOSE, .min = 1, \
	    .max = 120, .doc = "The company's own name of the lead")

#define TRACK_MAYBE .flags = F_NULLABLE
/* An empty text says as much as none. */
#define TRACK_SAID(s) ((s).n > 0 ? (s) : STR_NULL)

#define TRACK_ROUTE .method = POST, .status = 200, .flags = R_WRITE | R_LIVE, \
	.scope = SCOPE_REFERRALS_WRITE, .tag = "Tracking"

/* Complains where there is neither an email address nor a uid. */
void track_check_names(struct request *, const struct track_name *);
/* In capitals, if it is one. */
void track_check_currency(struct request *, struct str *);
/* Which event it was, where e says that there is one of its name. */
enum err track_taken(struct request *, enum err e, const char *type,
    struct str event);

#endif
