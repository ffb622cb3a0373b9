/* libcurl for everything that calls the outside. */
#include "jobs/outside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/log.h"

#include "base/banned.h"

void
outside_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_die("libcurl does not start");
}

static bool
private_v4(uint32_t ip)
{
	static const struct {
		uint32_t net, bits;
	} nets[] = {
		{ 0x00000000, 8 }, { 0x0A000000, 8 }, { 0x64400000, 10 },
		{ 0x7F000000, 8 }, { 0xA9FE0000, 16 }, { 0xAC100000, 12 },
		{ 0xC0000000, 24 }, { 0xC0A80000, 16 }, { 0xC6120000, 15 },
		{ 0xE0000000, 3 },
	};

	for (size_t i = 0; i < LEN(nets); i++)
		if (ip >> (32 - nets[i].bits) ==
		    nets[i].net >> (32 - nets[i].bits))
			return true;
	return false;
}

/*
 * Only the global unicast range 2000::/3, and there none that carries an IPv4
 * address: 6to4 and Teredo.
 */
static bool
private_v6(const struct in6_addr *a)
{
	const uint8_t *b = a->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(a))
		return private_v4((uint32_t)b[12] << 24 |
		    (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15]);
	return (b[0] & 0xE0) != 0x20 || (b[0] == 0x20 && b[1] == 0x02) ||
	    memcmp(b, "\x20\x01\0\0", 4) == 0;
}

static bool
is_private(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return private_v4(ntohl(((const struct sockaddr_in *)
		    (const void *)sa)->sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return private_v6(&((const struct sockaddr_in6 *)
		    (const void *)sa)->sin6_addr);
	return true;
}

/* By address, when the socket opens: a name could change its mind. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct outside *o = arg;

	(void)purpose;
	if (!o->own && is_private(&to->addr))
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
