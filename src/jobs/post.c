/* POST over HTTPS by libcurl. */
#include "jobs/post.h"

#include "jobs/outside.h"
#include "base/banned.h"

#define CONNECT_MS 2000L
#define TOTAL_MS 10000L
#define ANSWER_MAX ((size_t)64 * 1024)

static size_t
count_answer(char *data, size_t size, size_t n, void *arg)
{
	size_t *total = arg;

	(void)data;
	*total += size * n;
	return *total <= ANSWER_MAX ? size * n : 0;
}

bool
post_send(struct arena *a, const struct post *p, long *status, struct str *why)
{
	const struct outside to = { .url = str_c(a, p->url),
	    .protocols = "https", .ca = p->ca, .connect_ms = CONNECT_MS,
	    .total_ms = TOTAL_MS, .own = p->own };
	struct curl_slist *headers = NULL;
	CURL *c = outside_open(&to);
	size_t total = 0;
	CURLcode code;

	for (size_t i = 0; i < POST_HEADERS_MAX && p->headers[i] != NULL; i++)
		headers = outside_append(headers, p->headers[i]);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)p->body.n);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &total);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "affiliated");
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	*why = str_of(curl_easy_strerror(code));
	return code == CURLE_OK;
}
