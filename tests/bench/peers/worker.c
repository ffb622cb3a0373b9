/*
 * The least that a FastCGI worker can be and do the same: it parks connections
 * as the program does (keeps them open and waits on all of them), checks the
 * token, runs the statements and prints the answer.  No limits, no log, no
 * idempotency, nothing is validated.
 *
 *	worker SOCKET WORKERS	keys and database as environment, see run
 */
#define _GNU_SOURCE
#include <fcgiapp.h>
#include <fcntl.h>
#include <json.h>
#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

#define MAX_KEY 128
#define MAX_BODY 4096
#define EVENTS 16
#define LINES 50	/* of a campaign that is stopped */

static unsigned char jwt_key[MAX_KEY], callback_key[MAX_KEY];
static size_t jwt_key_n, callback_key_n;

/* Hexadecimal, as the program's keys are kept. */
static size_t
read_key(const char *name, unsigned char *key)
{
	const char *hex = getenv(name);
	size_t n = 0;

	if (hex == NULL || strlen(hex) > (size_t)2 * MAX_KEY)
		die(name, "no key");
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2, n++) {
		unsigned byte;

		if (sscanf(hex, "%2x", &byte) != 1)
			die(name, "no key");
		key[n] = (unsigned char)byte;
	}
	return n;
}

static int
refuse(FCGX_Stream *out, int status)
{
	return FCGX_FPrintF(out, "Status: %d\r\n\r\n", status);
}

static jwt_t *
token_of(FCGX_ParamArray env)
{
	const char *text = FCGX_GetParam("HTTP_AUTHORIZATION", env);
	jwt_t *jwt;

	if (text == NULL || strncmp(text, "Bearer ", 7) != 0 ||
	    jwt_decode(&jwt, text + 7, jwt_key, (int)jwt_key_n) != 0)
		return NULL;
	if (jwt_get_alg(jwt) == JWT_ALG_HS256)
		return jwt;
	jwt_free(jwt);
	return NULL;
}

static void
print_campaign(FCGX_Stream *out, unsigned row)
{
#define V(i) work_value(row, (i))
	FCGX_FPrintF(out, "{\"id\":\"%s\",\"name\":\"%s\",\"code\":\"%s\","
	    "\"link\":\"https://localhost/r/%s\",\"landingUrl\":\"%s\","
	    "\"description\":\"%s\",\"status\":\"%s\",\"clicks\":%s,"
	    "\"referrals\":%s,\"startsAt\":\"%s\",\"endsAt\":\"%s\","
	    "\"createdAt\":\"%s\",\"updatedAt\":\"%s\",\"endedAt\":\"%s\"}",
	    V(0), V(3), V(4), V(4), V(5), V(6), V(7), V(14), V(17), V(8),
	    V(9), V(11), V(12), V(10));
#undef V
}

static void
campaigns(FCGX_Request *rq, const char *id, jwt_t *jwt)
{
	const char *session = jwt_get_grant(jwt, "sid");
	const char *user = jwt_get_grant(jwt, "sub");
	unsigned rows;

	if (session == NULL || user == NULL) {
		refuse(rq->out, 401);
		return;
	}
	rows = *id == '\0' ?
	    work_list(session, user, getenv("BENCH_ORGANIZATION")) :
	    work_read(session, user, id + 1, getenv("BENCH_ORGANIZATION"));
	FCGX_PutS("Content-Type: application/json\r\n\r\n{\"success\":true,"
	    "\"message\":\"Campaigns\",\"data\":", rq->out);
	for (unsigned i = 0; i < rows; i++) {
		FCGX_PutS(i > 0 ? "," : *id == '\0' ? "{\"items\":[" : "",
		    rq->out);
		print_campaign(rq->out, i);
	}
	FCGX_PutS(*id == '\0' ? "]}}" : "}", rq->out);
}

static bool
is_signed(FCGX_ParamArray env, const char *body)
{
	const char *id = FCGX_GetParam("HTTP_WEBHOOK_ID", env);
	const char *at = FCGX_GetParam("HTTP_WEBHOOK_TIMESTAMP", env);
	const char *told = FCGX_GetParam("HTTP_WEBHOOK_SIGNATURE", env);
	unsigned char mac[EVP_MAX_MD_SIZE], right[2 * EVP_MAX_MD_SIZE];
	char text[MAX_BODY + 256];
	unsigned n;

	if (id == NULL || at == NULL || told == NULL)
		return false;
	snprintf(text, sizeof(text), "%s.%s.%s", id, at, body);
	HMAC(EVP_sha256(), callback_key, (int)callback_key_n,
	    (unsigned char *)text, strlen(text), mac, &n);
	EVP_EncodeBlock(right, mac, (int)n);
	return strncmp(told, "v1,", 3) == 0 &&
	    strcmp(told + 3, (char *)right) == 0;
}

static void
callback(FCGX_Request *rq)
{
	char body[MAX_BODY];
	int n = FCGX_GetStr(body, MAX_BODY - 1, rq->in);
	json_object *o, *token;

	body[n] = '\0';
	if (!is_signed(rq->envp, body)) {
		refuse(rq->out, 401);
		return;
	}
	o = json_tokener_parse(body);
	if (!json_object_object_get_ex(o, "token", &token) ||
	    !work_pay(json_object_get_string(token)))
		refuse(rq->out, 404);
	else
		FCGX_PutS("Content-Type: application/json\r\n\r\n"
		    "{\"success\":true,\"message\":\"Noted\",\"data\":null}",
		    rq->out);
	json_object_put(o);
}

static void
print_line(FCGX_Stream *out, unsigned row)
{
#define V(i) work_value(row, (i))
#define MONEY(i) work_number(row, (i)) / 100, work_number(row, (i)) % 100
	char text[200];

	snprintf(text, sizeof(text), "%s{\"ID\":\"%s\",\"PriceType\":\"%s\","
	    "\"Amount\":%lld.%02lld,\"Earned\":%lld.%02lld,"
	    "\"RefundDue\":%lld.%02lld,\"TaxRefundDue\":%lld.%02lld}",
	    row > 0 ? "," : "", V(0), V(6), MONEY(10), MONEY(17), MONEY(19),
	    MONEY(20));
	FCGX_PutS(text, out);
#undef V
#undef MONEY
}

/* The body says the day that it is. */
static void
stop(FCGX_Request *rq, const char *campaign, jwt_t *jwt)
{
	const char *session = jwt_get_grant(jwt, "sid");
	const char *user = jwt_get_grant(jwt, "sub");
	char id[32];

	snprintf(id, sizeof(id), "%.*s", (int)strspn(campaign, "0123456789"),
	    campaign);
	if (session == NULL || user == NULL || !work_stop(session, user,
	    getenv("BENCH_ORGANIZATION"), id)) {
		refuse(rq->out, 404);
		return;
	}
	FCGX_FPrintF(rq->out, "Content-Type: application/json\r\n\r\n"
	    "{\"CampaignID\":\"%s\",\"Status\":\"ST\",\"Lines\":[", id);
	for (unsigned i = 0; i < LINES; i++)
		print_line(rq->out, i);
	FCGX_PutS("]}", rq->out);
}

static const char *
text_of(json_object *o, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(o, name, &value) ?
	    json_object_get_string(value) : NULL;
}

static void
order(FCGX_Request *rq, const char *path, jwt_t *jwt)
{
	char body[MAX_BODY], request[MAX_BODY + 256];
	int n = FCGX_GetStr(body, MAX_BODY - 1, rq->in);
	struct order o = { .session = jwt_get_grant(jwt, "sid"),
	    .user = jwt_get_grant(jwt, "sub"), .quantity = 1,
	    .organization = getenv("BENCH_ORGANIZATION"),
	    .key = FCGX_GetParam("HTTP_IDEMPOTENCY_KEY", rq->envp) };
	const char *said = NULL;
	json_object *in;

	body[n] = '\0';
	snprintf(request, sizeof(request), "POST %s %s", path, body);
	o.request = request;
	in = json_tokener_parse(body);
	o.product = text_of(in, "productId");
	o.currency = text_of(in, "currency");
	o.success = text_of(in, "successUrl");
	o.cancel = text_of(in, "cancelUrl");
	if (o.session != NULL && o.user != NULL && o.product != NULL &&
	    o.currency != NULL && o.success != NULL && o.cancel != NULL)
		said = work_order(&o);
	if (said != NULL)
		FCGX_FPrintF(rq->out, "Status: 201\r\n"
		    "Content-Type: application/json\r\n\r\n%s", said);
	else
		refuse(rq->out, 404);
	json_object_put(in);
}

static void
answer(FCGX_Request *rq)
{
	static const char list[] = "/api/v0/referrer-campaigns";
	static const char stops[] = "/api/campaigns/";
	static const char orders[] = "/api/v0/payments/checkout-sessions";
	const char *path = FCGX_GetParam("REQUEST_URI", rq->envp);
	jwt_t *jwt;

	if (strncmp(path, "/r/", 3) == 0) {
		if (work_click(path + 3))
			FCGX_FPrintF(rq->out, "Status: 302\r\nLocation: %s"
			    "\r\n\r\n", work_value(0, 5));
		else
			refuse(rq->out, 404);
	} else if (strncmp(path, list, sizeof(list) - 1) == 0) {
		jwt = token_of(rq->envp);
		if (jwt == NULL) {
			refuse(rq->out, 401);
			return;
		}
		campaigns(rq, path + sizeof(list) - 1, jwt);
		jwt_free(jwt);
	} else if (strncmp(path, stops, sizeof(stops) - 1) == 0) {
		jwt = token_of(rq->envp);
		if (jwt == NULL) {
			refuse(rq->out, 401);
			return;
		}
		stop(rq, path + sizeof(stops) - 1, jwt);
		jwt_free(jwt);
	} else if (strcmp(path, orders) == 0) {
		jwt = token_of(rq->envp);
		if (jwt == NULL) {
			refuse(rq->out, 401);
			return;
		}
		order(rq, path, jwt);
		jwt_free(jwt);
	} else if (strcmp(path, "/api/v0/payments/callbacks/sandbox") == 0) {
		callback(rq);
	} else {
		FCGX_PutS("Content-Type: text/plain\r\n\r\nok", rq->out);
	}
}

/* One request of a connection that is readable; false: it is gone. */
static bool
serve(FCGX_Request *rq)
{
	if (FCGX_Accept_r(rq) != 0)
		return false;
	answer(rq);
	FCGX_Finish_r(rq);
	return rq->ipcFd >= 0;
}

static void
take(int set, int fd)
{
	FCGX_Request *rq = malloc(sizeof(*rq));
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = rq };

	if (rq == NULL)
		die("connection", "no memory");
	FCGX_InitRequest(rq, -1, 0);
	rq->ipcFd = fd;
	rq->keepConnection = 1;
	epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
}

static void
work(int listener)
{
	int set = epoll_create1(0), n, fd;
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	struct epoll_event ready[EVENTS];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	work_connect();
	epoll_ctl(set, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		n = epoll_wait(set, ready, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			if (ready[i].data.ptr != NULL) {
				if (!serve(ready[i].data.ptr)) {
					FCGX_Free(ready[i].data.ptr, 1);
					free(ready[i].data.ptr);
				}
				continue;
			}
			fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (fd >= 0)
				take(set, fd);
		}
	}
}

int
main(int argc, char **argv)
{
	int listener;

	if (argc != 3 || FCGX_Init() != 0)
		die("usage", "worker SOCKET WORKERS");
	/* the library would only note it, and go on */
	signal(SIGTERM, SIG_DFL);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	jwt_key_n = read_key("BENCH_JWT_KEY", jwt_key);
	callback_key_n = read_key("BENCH_CALLBACK_KEY", callback_key);
	listener = FCGX_OpenSocket(argv[1], 2048);
	if (listener < 0)
		die(argv[1], "cannot be opened");
	/* another worker may have taken what woke this one */
	fcntl(listener, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0)
			work(listener);
	while (wait(NULL) > 0)
		;
	return 0;
}
