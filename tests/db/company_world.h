/* A company with an offer, for tests of what it tells and gives. */
#ifndef AFF_TESTS_DB_COMPANY_WORLD_H
#define AFF_TESTS_DB_COMPANY_WORLD_H

#include "ground.h"

#include "model/actor.h"
#include "model/program/offer.h"

extern struct settings company_settings;
extern struct actor who;	/* its owner */
extern struct offer offer;

MUST_CHECK enum err company_create(struct db *);

#endif
