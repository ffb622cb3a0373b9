/* libcurl's multi interface, for webhooks. */
#include "jobs/sender.h"

#include "base/log.h"

#include "base/banned.h"

#define CONNECT_MS 5000
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

/* How it begins may be shown to somebody; too much of it ends the call. */
static size_t
count_answer(char *data, size_t size, size_t n, void *arg)
{
	struct flight *f = arg;
	size_t room = FLIGHT_KEPT - f->answer.n, got = size * n;

	if (f->keep) {
		memcpy(f->kept + f->answer.n, data, got < room ? got : room);
		f->answer = (struct str){ f->kept, f->answer.n + (got < room ?
		    got : room) };
	}
	f->received += got;
	return f->received <= ANSWER_MAX ? got : 0;
}

void
sender_send(struct sender *s, struct arena *a, struct flight *f)
{
	int64_t ms = (f->seconds != 0 ? f->seconds :
	    s->conf->webhook_seconds) * 1000;
	CURL *c;

	f->to = (struct outside){ .url = str_c(a, f->url),
	    .protocols = "https", .ca = s->conf->webhook_ca,
	    .connect_ms = ms < CONNECT_MS ? ms : CONNECT_MS, .total_ms = ms,
	    .own = s->conf->webhook_private };
	f->curl = c = outside_open(&f->to);
	f->list = outside_list(f->headers, FLIGHT_HEADERS);
	f->begun_us = clock_monotonic_us();
	outside_body(c, f->body);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->list);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
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
		f->error = f->to.refused ? STR("the address is not public") :
		    str_of(curl_easy_strerror(code));
	curl_multi_remove_handle(s->multi, f->curl);
	curl_easy_cleanup(f->curl);
	curl_slist_free_all(f->list);
	f->curl = NULL;
	f->list = NULL;
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
