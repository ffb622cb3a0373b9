/* Handing a mail over. */
#include "jobs/mail.h"

#include "net/outside.h"
#include "base/banned.h"

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct str *rest = arg;
	size_t now = size * n < rest->n ? size * n : rest->n;

	memcpy(to, rest->p, now);
	*rest = str_skip(*rest, now);
	return now;
}

static void
set_server(CURL *c, const struct conf *conf)
{
	curl_easy_setopt(c, CURLOPT_USE_SSL, conf->smtp_tls ?
	    (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	if (conf->smtp_user[0] == '\0')
		return;
	curl_easy_setopt(c, CURLOPT_USERNAME, conf->smtp_user);
	curl_easy_setopt(c, CURLOPT_PASSWORD, conf->smtp_password);
}

bool
mail_send(struct arena *a, const struct conf *conf, const struct mail *m,
    long *status, struct str *why)
{
	/* what stands behind the slash is how we call ourselves */
	struct outside to = { .url = str_printf(a, "%s/%.*s",
	    conf->smtp_url, STR_ARG(mime_domain(m->from))).p,
	    .protocols = "smtp,smtps", .ca = conf->smtp_ca, .own = true,
	    .connect_ms = conf->mail_connect_seconds * 1000,
	    .total_ms = conf->mail_seconds * 1000 };
	CURL *c = outside_open(&to);
	const char *const whom[] = { str_c(a, m->to) };
	struct curl_slist *rcpt = outside_list(whom, LEN(whom));
	char said[CURL_ERROR_SIZE] = "";
	struct buf message;
	struct str rest;
	CURLcode code;

	buf_init(&message, a, 4096);
	mime_message(&message, m);
	rest = buf_view(&message);
	set_server(c, conf);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, str_c(a, m->from));
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, &rest);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, said);
	code = curl_easy_perform(c);
	*status = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
	curl_slist_free_all(rcpt);
	curl_easy_cleanup(c);
	*why = str_dup(a, str_of(said[0] != '\0' ? said :
	    curl_easy_strerror(code)));
	return code == CURLE_OK;
}
