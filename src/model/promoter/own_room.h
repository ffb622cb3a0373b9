/* How much a promoter may make himself. */
#ifndef AFF_MODEL_PROMOTER_OWN_ROOM_H
#define AFF_MODEL_PROMOTER_OWN_ROOM_H

#include "db/db.h"

/* May he make another?  ERR_LIMIT: he has very many.  Two at once both may. */
enum own { OWN_METHODS, OWN_LINKS, OWN_CODES, OWN_TOKENS };
#define OWN_METHODS_MOST 100
MUST_CHECK enum err own_room(struct db *, struct arena *,
    uint64_t promoter_id, enum own);

#endif
