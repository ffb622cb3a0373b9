/* All faces of the program. */
#include "api/firstpromoter/routes.h"
#include "api/naviga/routes.h"
#include "api/ocamba/routes.h"
#include "api/perfectworks/routes.h"
#include "api/site/site.h"

#include "base/banned.h"

static const struct route *const site_tables[] = {
	site_click_routes, site_sandbox_routes, NULL
};

/* The root of the site: pages and links; errors are problem documents. */
static const struct face site = {
	.name = "site", .prefix = "", .title = "affiliated: the site",
	.about = "Links and pages.",
	.tables = site_tables,
};

const struct face *const faces[] = {
	&perfectworks, &firstpromoter, &ocamba, &naviga, &site, NULL
};
