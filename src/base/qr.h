/* QR codes as SVG. */
#ifndef AFF_BASE_QR_H
#define AFF_BASE_QR_H

#include "base/buf.h"

extern const char *const qr_level_labels[];
enum qr_level { QR_L, QR_M, QR_Q, QR_H };

struct qr_options {
	int64_t size;		/* width and height in pixels */
	int64_t margin;		/* white modules around it */
	enum qr_level level;	/* of correction */
};

/* false: the text is too long for a code, or memory is out. */
MUST_CHECK bool qr_svg(struct buf *, struct str text,
    const struct qr_options *);

#endif
