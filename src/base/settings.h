/*
 * The few settings that the model and the faces need, filled once from the
 * configuration when the program starts; constant afterwards.
 */
#ifndef AFF_BASE_SETTINGS_H
#define AFF_BASE_SETTINGS_H

#include "base/str.h"

#define WEBHOOK_TRIES_MAX 32

struct settings {
	struct str public_url;		/* without a slash at its end */
	struct str click_parameter;	/* of the link, in the landing page */
	int64_t access_seconds, refresh_seconds;	/* lives of tokens */
	int64_t promoter_seconds;	/* the same of a promoter's */
	struct str promoter_password_url;	/* page; or public_url */
	int64_t cookie_days;		/* a click counts for so long */
	int64_t checkout_minutes;	/* a checkout session lives so long */
	int64_t commission_ppm;		/* of the house, in millionths */
	int64_t hold_days;		/* before an earning is available */
	int64_t least_withdrawal;	/* minor units */
	int64_t velocity_per_hour;	/* more referrals look wrong */
	bool hold_checked;		/* what looks wrong waits */
	bool join_approval;		/* so does who joins as a referrer */
	struct str terms;		/* version of the program's terms */
	int64_t recover_days;		/* from deletion to erasure */
	bool mail;			/* there is a mail server */
	bool confirm_email;		/* before the first log-in */
	int64_t invitation_days, invitations_max, invitation_letters;
	int64_t reservation_seconds;	/* tokens are held so long by default */
	int64_t reservation_max_seconds;	/* and at the most */
	bool sandbox;			/* the built-in payment provider */
	bool webhook_private;		/* endpoints in private networks */
	int64_t webhook_endpoints;	/* most, of an organization */
	int64_t webhook_seconds;	/* an answer may take */
	const char *webhook_ca;		/* file; empty: the system's */
	int64_t webhook_fail_hours;	/* then an endpoint is disabled */
	/* seconds before each further attempt, and how many there are */
	int64_t webhook_retries[WEBHOOK_TRIES_MAX];
	size_t webhook_retries_n;
	int64_t export_lines;		/* of one answer */
	int64_t export_hours;		/* the file of more is kept so long */
	struct str stripe_key, stripe_webhook_secret;	/* empty: off */
	struct str stripe_url;		/* without a slash at its end */
	const char *stripe_ca;		/* file; empty: the system's */
	int64_t stripe_seconds;
	struct str secret;		/* bytes: the root of all HMACs */
	struct str jwt_keys;		/* directory of keys */
	struct str jwt_signer;		/* kid of the signing key */
	struct str jwt_issuer, jwt_audience;
};

extern const struct settings *settings;		/* server/conf.c */

#endif
