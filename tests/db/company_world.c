/* A company with an offer. */
#include "company_world.h"

#include "model/people/organization.h"
#include "base/banned.h"

struct settings company_settings = {
	.public_url = { "https://localhost", 17 }, .cookie_days = 30,
	.refresh_seconds = 3600, .terms = { "1", 1 },
};

struct actor who;
struct offer offer;

enum err
company_create(struct db *d)
{
	struct organization o = { .name = STR("Company") };

	TRY(user_create(d, STR("c@example.com"), STR("C"), STR("x"), now,
	    &who.user_id));
	TRY(organization_create(d, &arena, who.user_id, now, &o));
	who.organization_id = o.id;
	who.now = now;
	offer = (struct offer){ .name = STR("Partners"),
	    .color = STR("#fff"), .parameter = STR("ref"),
	    .cookie_days = 60 };
	return offer_create(d, &arena, &who, &offer);
}
