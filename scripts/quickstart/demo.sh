# shellcheck shell=bash disable=SC2034,SC2154 # shared variables
# What a new state is filled with: a house administrator, a product, the
# demonstration organization; and the main job, once.  Sourced after
# settings.sh.

admin_email=admin@example.com
demo_email=demo@example.com

# api METHOD PATH [JSON]: the body to standard output; $bearer is optional
api()
{
	curl -sS -m 30 --cacert "$state/tls/ca.pem" -X "$1" \
		${bearer:+-H "Authorization: Bearer $bearer"} \
		${3:+--json "$3"} "$url/api/v0$2"
}

# login_body EMAIL PASSWORD-FILE
login_body()
{
	jq -nc --arg e "$1" --rawfile p "$2" \
		'{email: $e, password: ($p | rtrimstr("\n"))}'
}

seed_house()
{
	local out key=$state/etc/admin-key

	out=$("$program" admin --config "$config" bootstrap \
		--email "$admin_email" --name "House administrator" \
		<"$state/etc/admin-password")
	out=$(sed -n 's/^key=//p' <<<"$out")
	[[ -z $out ]] || made "$key" printf '%s\n' "$out"
	[[ -s $key ]] || die "the administrator is there, but his key is lost"
	"$program" admin --config "$config" product --name Starter \
		--description "1000 tokens" --tokens 1000 \
		--price USD:1000 --price EUR:900 >/dev/null
}

seed_demo()
{
	local bearer='' body answer key=$state/etc/demo-key

	[[ ! -s $key ]] || return 0
	body=$(login_body "$demo_email" "$state/etc/demo-password")
	# Registered already, where the first start was broken off: 409.
	api POST /users/register "$(jq -c '. + {name: "Demonstration",
		organizationName: "Demonstration"}' <<<"$body")" >/dev/null
	answer=$(api POST /auth/login "$body")
	bearer=$(jq -er .data.accessToken <<<"$answer") ||
		die "the demonstration user cannot log in: $answer"
	answer=$(api GET /organizations/current)
	made "$state/etc/demo-account" jq -er .data.accountId <<<"$answer"
	answer=$(api POST /api-keys '{"description":"quickstart"}')
	made "$key" jq -er .data.key <<<"$answer"
}

write_credentials()
{
	local etc=$state/etc

	cat >"$credentials.new" <<-END
		AFFILIATED_URL=$url
		AFFILIATED_CA=$state/tls/ca.pem
		AFFILIATED_ADMIN_KEY=$(<"$etc/admin-key")
		AFFILIATED_ADMIN_EMAIL=$admin_email
		AFFILIATED_ADMIN_PASSWORD=$(<"$etc/admin-password")
		AFFILIATED_DEMO_KEY=$(<"$etc/demo-key")
		AFFILIATED_DEMO_EMAIL=$demo_email
		AFFILIATED_DEMO_PASSWORD=$(<"$etc/demo-password")
		AFFILIATED_DEMO_ACCOUNT_ID=$(<"$etc/demo-account")
	END
	chmod 600 "$credentials.new"
	mv -- "$credentials.new" "$credentials"
}

seed()
{
	seed_house
	seed_demo
	write_credentials
	[[ ! -e $state/etc/main-job-done ]] || return 0
	step "The main job, once (again: scripts/main-job)"
	AFFILIATED_URL=$url AFFILIATED_CA=$state/tls/ca.pem \
		"$here/scripts/main-job" || die "the main job failed"
	: >"$state/etc/main-job-done"
}
