/* POST over HTTPS by libcurl. */
#include "jobs/post.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/log.h"

#include "base/banned.h"

#define CONNECT_MS 2000L
#define TOTAL_MS 10000L
#define ANSWER_MAX ((size_t)64 * 1024)

void
post_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_die("libcurl does not start");
}

/* By address, when the socket opens: a name could change its mind. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct post *p = arg;

	(void)purpose;
	if (!p->own && address_private(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
count_answer(char *data, size_t size, size_t n, void *arg)
{
	size_t *total = arg;

	(void)data;
	*total += size * n;
	return *total <= ANSWER_MAX ? size * n : 0;
}

static void
set_options(CURL *c, struct arena *a, const struct post *p, size_t *total)
{
	curl_easy_setopt(c, CURLOPT_URL, str_c(a, p->url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)p->body.n);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, total);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, p);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "affiliated");
	if (p->ca != NULL && p->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, p->ca);
}

bool
post_send(struct arena *a, const struct post *p, long *status, struct str *why)
{
	struct curl_slist *headers = NULL;
	size_t total = 0;
	CURL *c = curl_easy_init();
	CURLcode code;

	if (c == NULL)
		log_die("out of memory: libcurl");
	set_options(c, a, p, &total);
	for (size_t i = 0; i < POST_HEADERS_MAX && p->headers[i] != NULL; i++) {
		struct curl_slist *more = curl_slist_append(headers,
		    p->headers[i]);

		if (more == NULL)
			log_die("out of memory: headers");
		headers = more;
	}
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	*why = str_of(curl_easy_strerror(code));
	return code == CURLE_OK;
}
