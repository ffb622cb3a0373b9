/* Which addresses are public. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/banned.h"

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

bool
address_private(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return private_v4(ntohl(((const struct sockaddr_in *)
		    (const void *)sa)->sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return private_v6(&((const struct sockaddr_in6 *)
		    (const void *)sa)->sin6_addr);
	return true;
}

/* What stands between "//" and a port, a path or the end; without brackets. */
static struct str
host_of(struct str url)
{
	struct str host, rest;

	(void)str_cut(url, ':', &host, &rest);
	host = rest.n > 2 ? str_skip(rest, 2) : STR("");
	(void)str_cut(host, '/', &host, &rest);
	(void)str_cut(host, '?', &host, &rest);
	(void)str_cut(host, '#', &host, &rest);
	if (host.n > 0 && host.p[0] == '[')
		(void)str_cut(str_skip(host, 1), ']', &host, &rest);
	else
		(void)str_cut(host, ':', &host, &rest);
	return host;
}

static bool
local_name(struct str host)
{
	static const char *const ends[] = { "localhost", "local", "internal" };
	struct str last = host, head;

	if (host.n > 0 && host.p[host.n - 1] == '.')
		last.n--;
	if (memchr(last.p, '.', last.n) == NULL)
		return true;
	while (str_cut(last, '.', &head, &last))
		continue;
	for (size_t i = 0; i < LEN(ends); i++)
		if (str_eq_nocase(head, str_of(ends[i])))
			return true;
	return false;
}

bool
address_url_private(struct str url)
{
	struct str host = host_of(url);
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	if (host.n == 0 || host.n >= sizeof(text))
		return host.n == 0 || local_name(host);
	snprintf(text, sizeof(text), "%.*s", STR_ARG(host));
	if (inet_pton(AF_INET6, text, &v6) == 1)
		return private_v6(&v6);
	if (inet_aton(text, &v4) == 1)
		return private_v4(ntohl(v4.s_addr));
	return local_name(host);
}
