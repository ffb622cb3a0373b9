/* libcurl for everything that calls the outside. */
#include "net/outside.h"

#include <sys/socket.h>

#include "base/address.h"
#include "base/log.h"

#include "base/banned.h"

void
outside_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_die("libcurl does not start");
}

/* By address, when the socket opens: a name could change its mind. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct outside *o = arg;

	(void)purpose;
	o->refused = !o->own && address_private(&to->addr);
	if (o->refused)
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

CURL *
outside_open(struct outside *o)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		log_die("out of memory: libcurl");
	curl_easy_setopt(c, CURLOPT_URL, o->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, o->protocols);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* a name server that does not answer holds up nobody else */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, o);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "affiliated");
	if (o->ca != NULL && o->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
	return c;
}

struct curl_slist *
outside_list(const char *const *texts, size_t most)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < most && texts[i] != NULL; i++) {
		struct curl_slist *more = curl_slist_append(list, texts[i]);

		if (more == NULL)
			log_die("out of memory: libcurl");
		list = more;
	}
	return list;
}

void
outside_body(CURL *c, struct str body)
{
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.n);
}
