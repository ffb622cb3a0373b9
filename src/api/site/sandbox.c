/*
 * The page of the sandbox provider: Pay, Decline, and what becomes of them.
 * Its address is the session's secret token; it needs no log-in, like the page
 * of a provider outside.
 */
#include "api/site/site.h"
#include "base/money.h"
#include "base/settings.h"
#include "model/payment/payment.h"

#include "base/banned.h"

static void
escape(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&':
			buf_lit(b, "&amp;");
			break;
		case '<':
			buf_lit(b, "&lt;");
			break;
		case '>':
			buf_lit(b, "&gt;");
			break;
		case '"':
			buf_lit(b, "&quot;");
			break;
		case '\'':
			buf_lit(b, "&#39;");
			break;
		default:
			buf_char(b, s.p[i]);
		}
	}
}

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Sandbox payment</title>\n<style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;"
    "margin:4rem auto;padding:0 1rem;color:#1b2430}\n"
    "main{border:1px solid #cfd6df;border-radius:8px;padding:1.5rem}\n"
    ".amount{font-size:2rem;margin:.5rem 0 1rem}\n"
    "form{display:inline-block;margin-right:.5rem}\n"
    "button{font:inherit;padding:.6rem 1.4rem;border-radius:6px;"
    "border:1px solid #1b5fc1;background:#1b5fc1;color:#fff}\n"
    "button.plain{background:#fff;color:#1b5fc1}\n"
    "small{color:#4d5968}\n</style>\n<main>\n";

static enum err
page(struct request *rq, struct buf *b)
{
	buf_lit(b, "<p><small>This is the sandbox: no money moves."
	    "</small></p>\n</main>\n</html>\n");
	answer_header(rq, "Content-Security-Policy", STR("default-src 'none'; "
	    "style-src 'unsafe-inline'; form-action https: http:; "
	    "frame-ancestors 'none'; base-uri 'none'"));
	rq->raw = buf_view(b);
	rq->raw_type = "text/html; charset=utf-8";
	return OK;
}

static bool
expired(const struct request *rq, const struct payment *p)
{
	return p->payment_status == PAYMENT_UNPAID &&
	    (p->status == PAYMENT_EXPIRED || p->expires_at.us <= rq->now.us);
}

static void
put_form(struct buf *b, const struct payment *p, const char *what,
    const char *class, const char *text)
{
	buf_printf(b, "<form method=\"post\" action=\"%.*s/sandbox/%.*s/%s\">"
	    "<button%s>%s</button></form>\n", STR_ARG(settings->public_url),
	    STR_ARG(p->token), what, class, text);
}

/* Not where the sandbox is off: what is paid there costs nothing. */
static enum err
by_token(struct request *rq, struct payment *p)
{
	if (!settings->sandbox)
		return ERR_NOT_FOUND;
	TRY(payment_by_token(rq->db, rq->arena, rq->text[0], p));
	return p->provider == PROVIDER_SANDBOX ? OK : ERR_NOT_FOUND;
}

static enum err
show(struct request *rq)
{
	struct payment p = { 0 };
	struct buf b;

	TRY(by_token(rq, &p));
	buf_init(&b, rq->arena, 4096);
	buf_put(&b, head, sizeof(head) - 1);
	buf_lit(&b, "<h1>");
	escape(&b, p.product_name);
	buf_printf(&b, "</h1>\n<p>Quantity %lld</p>\n<p class=\"amount\">"
	    "%.*s %.*s</p>\n", (long long)p.quantity,
	    STR_ARG(money_print(rq->arena, p.amount,
	    currency_digits(p.currency))), STR_ARG(p.currency));
	if (p.payment_status == PAYMENT_PAID) {
		buf_lit(&b, "<p>This is paid. <a href=\"");
		escape(&b, p.success_url);
		buf_lit(&b, "\">Go on</a></p>\n");
	} else if (expired(rq, &p)) {
		buf_lit(&b, "<p>This session has expired. <a href=\"");
		escape(&b, p.cancel_url);
		buf_lit(&b, "\">Go back</a></p>\n");
	} else {
		put_form(&b, &p, "pay", "", "Pay");
		put_form(&b, &p, "decline", " class=\"plain\"", "Decline");
	}
	return page(rq, &b);
}

static enum err
lead_on(struct request *rq, struct str url)
{
	answer_header(rq, "Location", url);
	rq->status = 303;
	rq->raw = STR("");
	rq->raw_type = "text/plain; charset=utf-8";
	return OK;
}

static enum err
find(struct request *rq)
{
	rq->prepared = ARENA_NEW(rq->arena, struct payment);
	return by_token(rq, rq->prepared);
}

static enum err
pay(struct request *rq)
{
	const struct payment *p = rq->prepared;

	if (expired(rq, p))
		return ERR_SESSION_CLOSED;
	if (p->payment_status == PAYMENT_UNPAID)
		TRY(sandbox_pay(rq->db, rq->arena, p, str_printf(rq->arena,
		    "%.*s/api/v0/payments/callbacks/sandbox",
		    STR_ARG(settings->public_url)), rq->now));
	return lead_on(rq, p->success_url);
}

/* Nothing changes: the buyer may come back and pay, until it expires. */
static enum err
decline(struct request *rq)
{
	const struct payment *p = rq->prepared;

	return lead_on(rq, p->payment_status == PAYMENT_PAID ?
	    p->success_url : p->cancel_url);
}

static const enum err not_found[] = { ERR_NOT_FOUND, OK };
static const enum err pay_errors[] = { ERR_NOT_FOUND, ERR_SESSION_CLOSED, OK };

const struct route site_sandbox_routes[] = {
	{ .op = "showSandboxPage", .method = GET,
	  .path = "/sandbox/{text:token}", .handle = show, .status = 200,
	  .flags = R_PUBLIC | R_RAW, .errors = not_found, .tag = "site",
	  .summary = "The sandbox provider's page" },
	{ .op = "paySandbox", .method = POST,
	  .path = "/sandbox/{text:token}/pay", .prepare = find, .handle = pay,
	  .status = 303, .errors = pay_errors,
	  .flags = R_PUBLIC | R_RAW | R_WRITE | R_NO_KEY | R_FORM,
	  .tag = "site", .summary = "Pay on the sandbox provider's page" },
	{ .op = "declineSandbox", .method = POST,
	  .path = "/sandbox/{text:token}/decline", .prepare = find,
	  .handle = decline, .status = 303, .errors = not_found,
	  .flags = R_PUBLIC | R_RAW | R_WRITE | R_NO_KEY | R_FORM,
	  .tag = "site", .summary = "Decline on the sandbox provider's page" },
	{ .op = NULL }
};
