/* The FirstPromoter face. */
#ifndef AFF_API_FIRSTPROMOTER_ROUTES_H
#define AFF_API_FIRSTPROMOTER_ROUTES_H

#include "http/http.h"

extern const struct face firstpromoter;

#endif
