/* libcurl's multi interface, for webhooks. */
#include "jobs/sender.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/log.h"

#include "base/banned.h"

#define CONNECT_MS 5000L
#define ANSWER_MAX ((size_t)64 * 1024)
#define KEPT_CONNECTIONS 64L

struct sender {
	CURLM *multi;
	const struct conf *conf;
};

struct sender *
sender_new(const struct conf *conf)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->multi = curl_multi_init()) == NULL)
		log_die("out of memory: libcurl");
	s->conf = conf;
	curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
	return s;
}

void
sender_free(struct sender *s)
{
	(void)curl_multi_cleanup(s->multi);
	free(s);
}

/* By address, when the socket opens: a name could change its mind. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct flight *f = arg;

	(void)purpose;
	f->refused = !f->lenient && address_private(&to->addr);
	if (f->refused)
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* The answer's body says nothing to us; too much of it ends the call. */
static size_t
count_answer(char *data, size_t size, size_t n, void *arg)
{
	struct flight *f = arg;

	(void)data;
	f->received += size * n;
	return f->received <= ANSWER_MAX ? size * n : 0;
}

static void
set_options(const struct sender *s, CURL *c, struct flight *f)
{
	const char *ca = s->conf->webhook_ca;
	long ms = (long)s->conf->webhook_seconds * 1000;

	curl_easy_setopt(c, CURLOPT_URL, str_c(f->arena, f->url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* a name server that does not answer holds up nobody else */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    ms < CONNECT_MS ? ms : CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, f->body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)f->body.n);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->list);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "affiliated");
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
	if (ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
}

void
sender_send(struct sender *s, struct arena *a, struct flight *f)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		log_die("out of memory: libcurl");
	for (size_t i = 0; i < FLIGHT_HEADERS && f->headers[i] != NULL; i++) {
		void *more = curl_slist_append(f->list, f->headers[i]);

		if (more == NULL)
			log_die("out of memory: headers");
		f->list = more;
	}
	f->arena = a;
	f->curl = c;
	f->lenient = s->conf->webhook_private;
	f->begun_us = clock_monotonic_us();
	set_options(s, c, f);
	if (curl_multi_add_handle(s->multi, c) != CURLM_OK)
		log_die("libcurl takes no call");
}

static void
land(struct sender *s, struct flight *f, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	f->duration_ms = (clock_monotonic_us() - f->begun_us) / 1000;
	if (code == CURLE_OK || f->received > ANSWER_MAX)
		f->status = status;
	else
		f->error = f->refused ? STR("the address is not public") :
		    str_of(curl_easy_strerror(code));
	curl_multi_remove_handle(s->multi, f->curl);
	curl_easy_cleanup(f->curl);
	curl_slist_free_all(f->list);
	f->curl = f->list = NULL;
}

struct flight *
sender_landed(struct sender *s)
{
	struct flight *f = NULL;
	char *private;
	CURLMsg *m;
	int n;

	(void)curl_multi_perform(s->multi, &n);
	while ((m = curl_multi_info_read(s->multi, &n)) != NULL)
		if (m->msg == CURLMSG_DONE) {
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
			    &private);
			f = (struct flight *)(void *)private;
			land(s, f, m->data.result);
			break;
		}
	return f;
}

void
sender_wait(struct sender *s, int fd, int64_t ms)
{
	struct curl_waitfd extra = { .fd = fd, .events = CURL_WAIT_POLLIN };

	(void)curl_multi_poll(s->multi, &extra, 1, (int)ms, NULL);
}
