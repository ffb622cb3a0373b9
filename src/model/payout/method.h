/* How promoters want to be paid.  details can name somebody: it is erased. */
#ifndef AFF_MODEL_PAYOUT_METHOD_H
#define AFF_MODEL_PAYOUT_METHOD_H

#include "db/paging.h"
#include "model/people/organization.h"

extern const char *const payout_method_labels[];
enum { METHOD_PAYPAL, METHOD_BANK, METHOD_WISE, METHOD_CRYPTO, METHOD_CUSTOM,
	METHOD_DOTS, METHODS };

struct payout_method {
	uint64_t id, referrer_id;
	int method;
	struct str details;		/* JSON: see method_details_check() */
	struct str meta;		/* JSON, of the face */
	bool is_disabled, is_selected, managed;
	struct when created_at;
	int64_t version;
};

/* What is wrong with the details of a method; nothing: true. */
MUST_CHECK bool method_details_check(struct arena *, int method,
    struct str details, struct complaints *);

/*
 * The first of a promoter, or one that is selected, is the one that is used.
 * ERR_NOT_FOUND: there is no such promoter.  ERR_CONFLICT, here and below: a
 * payments batch that is open pays by the one that is selected.
 */
MUST_CHECK enum err method_create(struct db *, struct arena *,
    const struct actor *, struct payout_method *);
/* The same referrer_id. */
MUST_CHECK enum err method_get(struct db *, struct arena *, uint64_t org,
    uint64_t referrer_id, uint64_t id, struct payout_method *);
/* As it is, and stays so until it is written.  ERR_NOT_FOUND. */
MUST_CHECK enum err method_lock(struct db *, struct arena *,
    const struct actor *, uint64_t referrer_id, uint64_t id,
    struct payout_method *);
/* Writes all of one that is locked, if any of it is another. */
MUST_CHECK enum err method_update(struct db *, struct arena *,
    const struct actor *, const struct payout_method *was,
    struct payout_method *);
/* referrer_id: of whom it has to be; 0: of anybody. */
MUST_CHECK enum err method_delete(struct db *, struct arena *,
    const struct actor *, uint64_t referrer_id, uint64_t id);
/* All of what a member organization, which is erased, said in a program. */
MUST_CHECK enum err method_forget(struct db *, struct arena *, uint64_t org,
    uint64_t member);
/* referrer 0: of all.  Newest first. */
MUST_CHECK enum err method_list(struct db *, struct arena *, uint64_t org,
    uint64_t referrer_id, const struct paging *, struct list *);

#endif
