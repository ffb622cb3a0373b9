/* libcurl for everything that calls the outside. */
#include "jobs/outside.h"

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
	const struct outside *o = arg;

	(void)purpose;
	if (!o->own && address_private(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

CURL *
outside_open(const struct outside *o)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		log_die("out of memory: libcurl");
	curl_easy_setopt(c, CURLOPT_URL, o->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, o->protocols);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, o->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, o->total_ms);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, o);
	if (o->ca != NULL && o->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
	return c;
}

struct curl_slist *
outside_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *more = curl_slist_append(list, text);

	if (more == NULL)
		log_die("out of memory: libcurl");
	return more;
}
