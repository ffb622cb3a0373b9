/* libqrencode finds the modules; a path draws the black ones, run by run. */
#include "base/qr.h"

#include <qrencode.h>

#include "base/banned.h"

const char *const qr_level_labels[] = { "L", "M", "Q", "H", NULL };

/* "M4 5h3v1h-3z": three modules in the row, as one box. */
static void
draw_row(struct buf *b, const unsigned char *row, int width, int64_t margin,
    int64_t y)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1) != 0)
			x++;
		if (x > from)
			buf_printf(b, "M%lld %lldh%dv1h-%dz",
			    (long long)(from + margin), (long long)y, x - from,
			    x - from);
	}
}

bool
qr_svg(struct buf *b, struct str text, const struct qr_options *o)
{
	static const QRecLevel levels[] = {
		[QR_L] = QR_ECLEVEL_L, [QR_M] = QR_ECLEVEL_M,
		[QR_Q] = QR_ECLEVEL_Q, [QR_H] = QR_ECLEVEL_H,
	};
	QRcode *code = QRcode_encodeData((int)text.n,
	    (const unsigned char *)text.p, 0, levels[o->level]);
	long long side;

	if (code == NULL)
		return false;
	side = code->width + 2 * o->margin;
	buf_printf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "width=\"%lld\" height=\"%lld\" viewBox=\"0 0 %lld %lld\" "
	    "shape-rendering=\"crispEdges\">"
	    "<path fill=\"#fff\" d=\"M0 0h%lldv%lldH0z\"/><path d=\"",
	    (long long)o->size, (long long)o->size, side, side, side, side);
	for (int y = 0; y < code->width; y++)
		draw_row(b, code->data + (ptrdiff_t)y * code->width,
		    code->width, o->margin, y + o->margin);
	buf_lit(b, "\"/></svg>\n");
	QRcode_free(code);
	return true;
}
