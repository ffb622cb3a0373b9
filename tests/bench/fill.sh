# shellcheck shell=bash
#
# What tests/bench/load and tests/bench/company have in common: rows are made by
# the server (seq_1_to_N), in the 180 days before now.
: "${AFFILIATED_STATE:=$here/var}"
export AFFILIATED_STATE
days=180
chunk=250000
begun=$SECONDS
socket=$(tr '\0' '\n' <"/proc/$(<"$AFFILIATED_STATE/run/mariadbd.pid")/cmdline" |
	sed -n 's/^--socket=//p')

sql()
{
	mariadb --no-defaults -N -B -S "$socket" affiliated <<<"SET
		foreign_key_checks = 0, unique_checks = 0; $1"
}

step() { printf '%4d s  %s\n' $((SECONDS - begun)) "$1"; }

# chunks COUNT SQL: the statement for %SEQ%, range by range
chunks()
{
	local from to

	for ((from = 1; from <= $1; from = to + 1)); do
		to=$((from + chunk - 1 < $1 ? from + chunk - 1 : $1))
		sql "${2//%SEQ%/seq_${from}_to_$to}"
	done
}

last() { sql "SELECT COALESCE(MAX(id), 0) FROM $1"; }
field() { jq -r ".$1" "$AFFILIATED_STATE/bench.json"; }

# at COUNT [NUMBER]: the time of the row of that number (seq) of so many
at()
{
	printf '%s' "($start + INTERVAL ${2:-seq} * ($days * 86400 / $1) SECOND)"
}

finish()
{
	sql "UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6)
		WHERE name IN ('seal', 'roll_up', 'make_payouts');
		SET GLOBAL innodb_flush_log_at_trx_commit = 1"
}

# Nothing is summed up, sealed or paid out while half of it is there.
prepare()
{
	sql "SET GLOBAL innodb_buffer_pool_size =
			GREATEST(@@innodb_buffer_pool_size, 4294967296);
		SET GLOBAL innodb_log_file_size = 1073741824;
		SET GLOBAL innodb_flush_log_at_trx_commit = 0;
		UPDATE schedule SET next_run_at = '2100-01-01'
		WHERE name IN ('seal', 'roll_up', 'make_payouts')"
	trap finish EXIT
	sleep 1
}

# make_room CLICKS: those that are there already are newer: their ids stand
# behind.  It sets end_at and start, between which all of it lies.
make_room()
{
	end_at=$(sql "SELECT LEAST(UTC_TIMESTAMP() - INTERVAL 2 MINUTE,
		COALESCE(MIN(created_at), '2100-01-01')) FROM click")
	start="(TIMESTAMP'${end_at:0:19}' - INTERVAL $days DAY)"
	sql "UPDATE click SET id = id + $1 ORDER BY id DESC;
		UPDATE referral SET click_id = click_id + $1"
}

# account KIND CURRENCY [ORGANIZATION]: its number
account()
{
	sql "SELECT id FROM account WHERE kind = '$1' AND currency = '$2'
		AND organization_id = ${3:-1} AND owner_id = 0"
}

# post KIND COUNT BOOK SUBJECT AT FROM LINE...: journals, a LINE being
# "account, amount"; FROM: what else is to be read for them
post()
{
	local count=$2 journal="$3, '$1', $4, $5" from=$6 line n=0

	shift 6
	chunks "$count" "INSERT INTO journal (id, organization_id, kind,
		subject_id, created_at) SELECT $j + seq, $journal
		FROM %SEQ% $from"
	for line; do
		chunks "$count" "INSERT INTO entry (journal_id, line,
			account_id, amount) SELECT $j + seq, $((++n)), $line
			FROM %SEQ% $from"
	done
	j=$((j + count))
}

# Of the accounts that keep one, with what the journals behind j0 brought.
# shellcheck disable=SC2154 # j0 is the last journal before all of this
balances()
{
	sql "UPDATE account a JOIN (SELECT account_id, SUM(amount) AS total
		FROM entry WHERE journal_id > $j0 GROUP BY account_id) e
		ON e.account_id = a.id
		SET a.balance = a.balance + e.total WHERE a.kept = 1"
}

# count_promoters ORGANIZATION: how many wait, and are accepted
count_promoters()
{
	sql "DELETE FROM program_total WHERE organization_id = $1;
		INSERT INTO program_total (organization_id, campaign_id,
		pending, accepted) SELECT $1, IF(t.whole, 0, p.campaign_id),
		SUM(p.standing = 'pending' AND r.archived_at IS NULL),
		COUNT(DISTINCT IF(p.standing = 'accepted', p.referrer_id,
		NULL)) FROM placement p JOIN referrer r ON r.id = p.referrer_id
		JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
		WHERE p.organization_id = $1
		AND NOT r.member_organization_id <=> r.organization_id
		GROUP BY 1, 2"
}

# count_payouts ORGANIZATION: what its payouts come to
count_payouts()
{
	sql "INSERT INTO payout_total (organization_id, campaign_id, status,
		period_start, period_end, method, currency, custom, payouts,
		amount) SELECT $1, IF(t.whole, 0, o.campaign_id),
		o.status, IF(o.status = 'completed', o.period_start, o.due_on),
		IF(o.status = 'completed', o.period_end, o.due_on),
		COALESCE(o.paid_method, m.method, 'not_set'), o.currency,
		o.custom, COUNT(*), SUM(o.amount) FROM payout o LEFT JOIN payout_method m
		ON m.referrer_id = o.referrer_id AND m.selected = 1
		JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
		WHERE o.organization_id = $1 AND o.deleted_at IS NULL
		AND (t.whole OR o.campaign_id IS NOT NULL)
		GROUP BY 2, 3, 4, 5, 6, 7, 8"
}

# sum_up LAST [CHANGES]: the jobs role catches up with all of it, and seals.
# What there is to report is read from the counts by day; CHANGES tells it of
# placements behind LAST, in the form of report_change.
sum_up()
{
	local table journals

	step "statistics"
	journals=$(last journal)
	for table in $(sql "SHOW TABLES"); do
		sql "ANALYZE TABLE \`$table\`" >/dev/null
	done
	sql "DELETE FROM click_source_days; DELETE FROM referrer_day;
		DELETE FROM placement_earned; DELETE FROM referrer_earned;
		DELETE FROM organization_bought; DELETE FROM report_sum;
		DELETE FROM report_rank; DELETE FROM report_window;
		DELETE FROM report_change;
		UPDATE promoter_total SET clicks = 0;
		UPDATE rollup SET done_until = '2000-01-01', last_id = 0;
		INSERT INTO report_change (organization_id, placement_id,
		source, url, sub_id, currency, clicks, referrals, customers,
		cancellations, active, sales, refunds, revenue, paid,
		created_at) SELECT p.organization_id, p.id, x.source, x.url,
		x.sub_id, x.currency, x.clicks, x.referrals, x.customers,
		x.cancellations, x.active, x.sales, x.refunds, x.revenue,
		x.paid, x.day FROM (SELECT placement_id, NULL AS source,
			NULL AS url, NULL AS sub_id, '' AS currency, clicks,
			referrals, conversions AS customers, cancellations,
			conversions AS active, 0 AS sales, 0 AS refunds,
			0 AS revenue, 0 AS paid, day FROM placement_day
			WHERE placement_id <= $1
			UNION ALL
			SELECT placement_id, NULL, NULL, NULL, currency, 0, 0,
			0, 0, 0, sales, 0, amount, 0, day FROM placement_sales
			WHERE placement_id <= $1 ${2:-}) x
		JOIN placement p ON p.id = x.placement_id
		JOIN referrer r ON r.id = p.referrer_id
		AND NOT r.member_organization_id <=> r.organization_id
		ORDER BY x.day"
	trap - EXIT
	finish

	step "the jobs role sums up and seals"
	until [[ $(sql "SELECT (SELECT COUNT(*) FROM rollup WHERE done_until >=
		CASE WHEN name = 'referrer_day' THEN UTC_DATE()
		WHEN name LIKE 'click_source_%'
		THEN UTC_DATE() - INTERVAL 64 DAY
		ELSE TIMESTAMP'${end_at:0:19}' END) +
		(SELECT MAX(last_journal) >= $journals FROM seal)") == 9 ]]; do
		sleep 0.5
		sql "UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6)
			WHERE name = 'roll_up'"
		((SECONDS - begun < 7200)) ||
			{ echo "no end" >&2; exit 1; }
	done
	step "done"
}
