/* What stands at the site's root: referral links and the sandbox's page. */
#ifndef AFF_API_SITE_SITE_H
#define AFF_API_SITE_SITE_H

#include "http/http.h"

extern const struct route site_click_routes[];
extern const struct route site_sandbox_routes[];

#endif
