/*
 * Promoters: who promotes an organization's campaigns.  Each is a referrer;
 * most are known by a row of promoter, the house's own by the organization
 * that joined.
 */
#ifndef AFF_MODEL_PROMOTER_PROMOTER_H
#define AFF_MODEL_PROMOTER_PROMOTER_H

#include "model/payout/method.h"
#include "model/promoter/standing.h"

#define PROMOTER_FIELDS_MAX 10000	/* bytes of custom fields */

extern const char *const promoter_ad_traffic_labels[];
extern const char *const promoter_key_labels[];
/* By what one is found; by its id too where nothing is said (-1). */
enum promoter_key {
	PROMOTER_BY_EMAIL, PROMOTER_BY_CUSTOMER, PROMOTER_BY_AUTH_TOKEN,
	PROMOTER_BY_CODE, PROMOTER_BY_PROMO_CODE, PROMOTER_BY_ID
};

/* Who he is beside name and address; all of it can be erased. */
struct promoter_profile {
	struct str first_name, last_name, website, company_name,
	    company_number, phone_number, vat_id, country, address, avatar,
	    description, instagram_url, youtube_url, linkedin_url,
	    facebook_url, twitter_url, twitch_url, tiktok_url;
};
#define PROMOTER_PROFILE(type, member, bits) \
    FIELD(type, member first_name, "first_name", .flags = (bits), .max = 80), \
    FIELD(type, member last_name, "last_name", .flags = (bits), .max = 79), \
    FIELD(type, member website, "website", .flags = (bits), .max = 254), \
    FIELD(type, member company_name, "company_name", .flags = (bits), \
	.max = 160), \
    FIELD(type, member company_number, "company_number", .flags = (bits), \
	.max = 80), \
    FIELD(type, member phone_number, "phone_number", .flags = (bits), \
	.max = 40), \
    FIELD(type, member vat_id, "vat_id", .flags = (bits), .max = 40), \
    FIELD(type, member country, "country", .flags = (bits), .max = 2, \
	.doc = "Two letters of ISO 3166", .example = "\"FR\""), \
    FIELD(type, member address, "address", .flags = (bits), .max = 500), \
    FIELD(type, member avatar, "avatar", .flags = (bits), .max = 2000), \
    FIELD(type, member description, "description", .flags = (bits), \
	.max = 2000), \
    FIELD(type, member instagram_url, "instagram_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member youtube_url, "youtube_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member linkedin_url, "linkedin_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member facebook_url, "facebook_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member twitter_url, "twitter_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member twitch_url, "twitch_url", .flags = (bits), \
	.max = 254), \
    FIELD(type, member tiktok_url, "tiktok_url", .flags = (bits), .max = 254)

/* By which he is paid. */
struct promoter_paid_by {
	uint64_t id;			/* 0: nothing yet */
	int method;			/* of payout_method_labels, or -1 */
	struct when added_at;
	bool is_disabled;
};

struct promoter {
	uint64_t id, organization_id;
	uint64_t member_organization_id;	/* that joined, or 0 */
	uint64_t parent_id;
	struct str email, name;
	struct str customer;		/* the organization's name of him */
	struct str note;
	struct str profile;		/* of promoter_profile, as JSON */
	struct str fields;		/* the organization's own, as JSON */
	int ad_traffic;			/* -1: as the campaign says */
	struct when joined_at, archived_at, last_login_at;
	int64_t active;			/* customers who were not lost */
	struct promoter_paid_by paid_by;	/* not of one that is locked */
};
#define PROMOTER_COLUMNS(type, member) \
    FIELD(type, member id, "id"), \
    FIELD(type, member organization_id, "organization_id"), \
    FIELD(type, member member_organization_id, "member_organization_id"), \
    FIELD(type, member parent_id, "parent_id"), \
    FIELD(type, member email, "email"), \
    FIELD(type, member name, "name"), \
    FIELD(type, member customer, "customer"), \
    FIELD(type, member note, "note"), \
    FIELD(type, member profile, "profile"), \
    FIELD(type, member fields, "fields"), \
    FIELD(type, member ad_traffic, "ad_traffic", \
	.labels = promoter_ad_traffic_labels), \
    FIELD(type, member joined_at, "joined_at"), \
    FIELD(type, member archived_at, "archived_at"), \
    FIELD(type, member last_login_at, "last_login_at"), \
    FIELD(type, member active, "active"), \
    FIELD(type, member paid_by.id, "method_id"), \
    FIELD(type, member paid_by.method, "method", \
	.labels = payout_method_labels), \
    FIELD(type, member paid_by.added_at, "method_added_at"), \
    FIELD(type, member paid_by.is_disabled, "method_disabled")

/* What is said of one that is to be made. */
struct new_promoter {
	struct str email, customer, profile, fields;
	struct str code;		/* or absent: of his name */
	uint64_t campaign_id;		/* 0: the program's own */
	bool accepted;			/* else he is pending */
};
/*
 * ERR_EMAIL_TAKEN, ERR_NAME_TAKEN (customer), ERR_CODE_TAKEN, and those of
 * standing_campaign().
 */
MUST_CHECK enum err promoter_create(struct db *, struct arena *,
    const struct actor *, const struct new_promoter *, uint64_t *id);

/* key -1: text is the id.  Gives the id, or ERR_NOT_FOUND. */
MUST_CHECK enum err promoter_find(struct db *, struct arena *, uint64_t org,
    int key, struct str text, uint64_t *id);
MUST_CHECK enum err promoter_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct promoter *);
/* Reads it, and keeps it from others to the end of the transaction. */
MUST_CHECK enum err promoter_lock(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct promoter *);
/*
 * Writes email, customer, profile and fields of one that is locked.
 * ERR_EMAIL_TAKEN, ERR_NAME_TAKEN; ERR_FORBIDDEN: an organization that joined
 * has its own name and address.
 */
MUST_CHECK enum err promoter_update(struct db *, struct arena *,
    const struct actor *, const struct promoter *was, struct promoter *);

extern const struct shape promoter_profile;
/* Empty where a profile says nothing of it. */
MUST_CHECK enum err promoter_profile_read(struct arena *, struct str json,
    struct promoter_profile *);

#endif
