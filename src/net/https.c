/* HTTPS by libcurl, a connection a call. */
#include "net/https.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/banned.h"

#define CONNECT_MS 2000L
#define ANSWER_MOST ((size_t)64 * 1024)

void
https_init(void)
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
	const struct https *h = arg;

	(void)purpose;
	if (!h->own && is_private(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

struct answer {
	struct buf text;
	size_t most;
};

static size_t
take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	if (size * n > a->most - a->text.n)
		return 0;
	buf_put(&a->text, data, size * n);
	return size * n;
}

static struct curl_slist *
headers_of(const struct https *h)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < HTTPS_HEADERS_MAX && h->headers[i] != NULL;
	    i++) {
		struct curl_slist *more = curl_slist_append(list,
		    h->headers[i]);

		if (more == NULL)
			log_die("out of memory: headers");
		list = more;
	}
	return list;
}

static void
set_options(CURL *c, struct arena *a, const struct https *h,
    struct answer *answer)
{
	int64_t seconds = h->seconds != 0 ? h->seconds : HTTPS_SECONDS;

	curl_easy_setopt(c, CURLOPT_URL, str_c(a, h->url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)seconds * 1000);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	if (h->body.p != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, h->body.p);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)h->body.n);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, h);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "affiliated");
	if (h->ca != NULL && h->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, h->ca);
}

bool
https_call(struct arena *a, const struct https *h, struct https_answer *out,
    struct str *why)
{
	struct answer answer = { .most = h->most != 0 ? h->most :
	    ANSWER_MOST };
	struct curl_slist *headers = headers_of(h);
	CURL *c = curl_easy_init();
	CURLcode code;

	if (c == NULL)
		log_die("out of memory: libcurl");
	buf_init(&answer.text, a, 1024);
	set_options(c, a, h, &answer);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	out->body = buf_view(&answer.text);
	*why = str_of(curl_easy_strerror(code));
	return code == CURLE_OK;
}

static void
put_encoded(struct buf *b, struct str s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < s.n; i++)
		if (memchr(plain, s.p[i], sizeof(plain) - 1) != NULL)
			buf_char(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
}

void
form_put(struct buf *b, const char *name, struct str value)
{
	if (b->n > 0)
		buf_char(b, '&');
	put_encoded(b, str_of(name));
	buf_char(b, '=');
	put_encoded(b, value);
}

void
form_int(struct buf *b, const char *name, int64_t value)
{
	form_put(b, name, str_printf(b->arena, "%lld", (long long)value));
}
