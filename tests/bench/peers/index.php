<?php
/*
 * The same requests in PHP: persistent connections of PDO, which writes the
 * arguments into the statements (one way to the server each, as nothing stays
 * prepared between requests); its code and statements stand in the opcache.
 */
declare(strict_types=1);

final class Work
{
	private readonly PDO $db;
	private readonly array $statements;
	public readonly string $now;

	public function __construct()
	{
		$this->statements = require $_SERVER['BENCH_STATEMENTS'];
		$this->db = new PDO('mysql:unix_socket=' .
		    $_SERVER['BENCH_SOCKET'] . ';dbname=affiliated;charset=utf8mb4',
		    $_SERVER['BENCH_USER'], $_SERVER['BENCH_PASSWORD'], [
			PDO::ATTR_PERSISTENT => true,
			PDO::ATTR_EMULATE_PREPARES => true,
			PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
			PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
			PDO::MYSQL_ATTR_FOUND_ROWS => true,
		    ]);
		$this->now = (new DateTimeImmutable('now',
		    new DateTimeZone('UTC')))->format('Y-m-d H:i:s.u');
	}

	public function run(string $name, array $values): PDOStatement
	{
		['sql' => $sql, 'args' => $args] = $this->statements[$name];
		$st = $this->db->prepare($sql);
		foreach ($args as $i => $arg) {
			$v = $values[$arg];
			$st->bindValue($i + 1, $v, $v === null ?
			    PDO::PARAM_NULL : (is_int($v) ? PDO::PARAM_INT :
			    PDO::PARAM_STR));
		}
		$st->execute();
		return $st;
	}

	public function insert(string $name, array $values): int
	{
		$this->run($name, $values);
		return (int)$this->db->lastInsertId();
	}

	/* Of a statement that says the id that it made. */
	public function take(string $name, array $values): int
	{
		return (int)$this->run($name, $values)->fetchColumn();
	}

	public function row(string $name, array $values): ?array
	{
		return $this->run($name, $values)->fetch() ?: null;
	}

	/* An amount to an account, which is opened where it is not there. */
	public function move(string|int $org, string $kind, string|int $owner,
	    int $amount, string $currency, string $guard): void
	{
		$place = [$org, $kind, $owner, $currency];

		if ($this->run('account_move', [$amount, ...$place])
		    ->rowCount() > 0)
			return;
		$this->run('account_open', [...$place, 1, $guard, $amount]);
	}

	public function session(array $claims): ?array
	{
		return $this->row('identity_session', [$claims['sid'],
			$claims['sub'], $this->now]);
	}

	public function campaign(array $me, string $id): ?array
	{
		return $this->row('placement_get', [$id, 1, $me['org_id']]);
	}

	public function campaigns(array $me): array
	{
		$referrer = $this->row('referrer_of', [1, $me['org_id']]);

		return $referrer === null ? [] : $this->run('placement_list',
		    [$referrer['id'], 11, 0])->fetchAll();
	}

	/* What met another's transaction is done once more. */
	public function transaction(callable $work): mixed
	{
		for (;;) {
			$this->db->beginTransaction();
			try {
				$done = $work();
				$this->db->commit();
				return $done;
			} catch (Throwable $e) {
				$this->db->rollBack();
				if (!$e instanceof PDOException ||
				    !in_array($e->errorInfo[1] ?? 0,
				    [1213, 1205, 1020], true))
					throw $e;
			}
		}
	}

	public function click(string $code): ?string
	{
		$p = $this->row('placement_by_code', ['ref', 60, $this->now,
			$code]);

		if ($p === null)
			return null;
		$this->transaction(function () use ($p) {
			$this->run('click_insert', [$p['id'],
				random_bytes(16), random_bytes(16),
				random_bytes(8), 'person', 'direct', null,
				null, 1, $this->now]);
			$this->run('count_total', [1, 1, 0, $p['id']]);
			$this->run('count_day', [$p['id'],
				substr($this->now, 0, 10), $p['referrer_id'],
				1, 1, 0]);
			$this->run('report_clicked', [$p['organization_id'],
				$p['id'], 'direct', null, null, 1,
				$this->now]);
		});
		return $p['landing_url'];
	}

	public function pay(string $token): bool
	{
		$p = $this->row('payment_facts', [$token]);

		if ($p === null)
			return false;
		$this->transaction(fn () => $this->settle($p));
		return true;
	}

	private function settle(array $p): void
	{
		$now = $this->now;
		$org = $p['organization_id'];
		$amount = (int)$p['amount'];
		$tokens = (int)$p['tokens'];

		$this->run('payment_paid', [$now, $p['id']]);
		$sale = $this->insert('sale_insert', [1, $p['id'],
			$p['lead_id'], $amount, 'USD', $now]);
		$part = intdiv($amount * 200000, 1000000);
		$earning = $this->take('earning_insert', [1, $p['referrer_id'],
			$p['campaign_id'], $p['placement_id'], $sale, $amount,
			0, 'available', $part, 'USD', 200000, 0, 1, null,
			$p['lead_id'], 0, null, $now, $now]);
		$this->run('event_insert_2', [
			$org, 'payment.paid', $p['id'], null, json_encode([
				'amount' => $amount, 'currency' => 'USD',
				'tokens' => $tokens]), $now,
			1, 'commission.created', $earning, null, json_encode([
				'campaignId' => $p['placement_id'],
				'amount' => $part, 'currency' => 'USD']),
			$now]);
		$this->post($p, $part, $earning);
		$this->run('token_insert', [$org, 'purchase', $tokens, $tokens,
			"payment {$p['id']}", $p['id'], $now]);
		$this->brought($p, $amount);
	}

	private function post(array $p, int $part, int $earning): void
	{
		$now = $this->now;
		$org = $p['organization_id'];
		$who = $p['referrer_id'];
		$amount = (int)$p['amount'];
		$tokens = (int)$p['tokens'];

		$this->run('account_move', [$tokens, $org, 'tokens_available',
			0, 'TOK']);
		$this->run('account_move', [$part, 1, 'earnings_available',
			$who, 'USD']);
		[$bought, $earned] = $this->run('journal_insert_2', [
			1, 'payment', $p['id'], null, $now,
			1, 'commission', $earning, null,
			$now])->fetchAll(PDO::FETCH_COLUMN);
		$this->run('entry_insert_6', [
			$bought, 1, 1, 'provider_clearing', 0, 'USD', $amount,
			$bought, 2, 1, 'revenue', 0, 'USD', -$amount,
			$bought, 3, 1, 'tokens_issued', 0, 'TOK', -$tokens,
			$bought, 4, $org, 'tokens_available', 0, 'TOK', $tokens,
			$earned, 1, 1, 'commission_expense', 0, 'USD', -$part,
			$earned, 2, 1, 'earnings_available', $who, 'USD',
			$part]);
	}

	private function brought(array $p, int $amount): void
	{
		$now = $this->now;

		$this->run('brought_total', [$p['referrer_id'], 0, 0, 0, 0, 1,
			$amount, 'USD', 1, 'USD', $now, $p['placement_id']]);
		$this->run('report_brought', [1, $p['placement_id'],
			$p['lead_id'], 'USD', 0, 0, 0, 0, 1, 0, $amount,
			$now]);
		$this->run('brought_sales', [$p['placement_id'], 'USD',
			substr($now, 0, 10), $p['referrer_id'], 1, $amount]);
	}
}

function answer(int $status, ?array $body = null): never
{
	http_response_code($status);
	if ($body !== null) {
		header('Content-Type: application/json');
		echo json_encode($body, JSON_UNESCAPED_SLASHES);
	}
	exit;
}

function unbase64url(string $s): string
{
	return (string)base64_decode(strtr($s, '-_', '+/'));
}

function claims(): array
{
	$text = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
	$parts = explode('.', substr($text, 7));

	if (!str_starts_with($text, 'Bearer ') || count($parts) !== 3)
		answer(401);
	[$head, $body, $mac] = $parts;
	$right = hash_hmac('sha256', "$head.$body",
	    hex2bin($_SERVER['BENCH_JWT_KEY']), true);
	$alg = json_decode(unbase64url($head), true)['alg'] ?? null;
	if ($alg !== 'HS256' || !hash_equals($right, unbase64url($mac)))
		answer(401);
	$claims = json_decode(unbase64url($body), true);
	if ($claims['exp'] < time() || $claims['aud'] !== 'affiliated')
		answer(401);
	return $claims;
}

function shown(array $p): array
{
	return ['id' => $p['id'], 'name' => $p['name'], 'code' => $p['code'],
		'link' => "https://localhost/r/{$p['code']}",
		'landingUrl' => $p['landing_url'],
		'description' => $p['description'], 'status' => $p['status'],
		'clicks' => (int)$p['clicks'],
		'referrals' => (int)$p['referrals'],
		'startsAt' => $p['starts_at'], 'endsAt' => $p['ends_at'],
		'createdAt' => $p['created_at'],
		'updatedAt' => $p['updated_at'], 'endedAt' => $p['ended_at']];
}

function callback(): never
{
	$body = (string)file_get_contents('php://input');
	$told = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
	$right = 'v1,' . base64_encode(hash_hmac('sha256',
	    "{$_SERVER['HTTP_WEBHOOK_ID']}." .
	    "{$_SERVER['HTTP_WEBHOOK_TIMESTAMP']}.$body",
	    hex2bin($_SERVER['BENCH_CALLBACK_KEY']), true));

	if (!hash_equals($right, $told))
		answer(401);
	if (!(new Work())->pay(json_decode($body, true)['token']))
		answer(404);
	answer(200, ['success' => true, 'message' => 'Noted', 'data' => null]);
}

$path = $_SERVER['REQUEST_URI'];
$stop = preg_match('~^/api/campaigns/(\d+)/stop$~', $path, $stopped);
$referrals = $path === '/api/v2/company/referrals';
if (str_starts_with($path, '/r/')) {
	$to = (new Work())->click(substr($path, 3));
	if ($to === null)
		answer(404);
	header("Location: $to", true, 302);
	exit;
}
if ($path === '/api/v0/payments/callbacks/sandbox')
	callback();
if (!$stop && !$referrals &&
    !preg_match('~^/api/v0/referrer-campaigns(?:/(\d+))?$~', $path, $m))
	answer(200, ['ok' => true]);
$claims = claims();
$work = new Work();
$me = $work->session($claims) ?? answer(401);
if ($stop || $referrals) {
	require 'larger.php';
	$larger = new Larger($work, $me);
	$body = json_decode((string)file_get_contents('php://input'), true);
	answer(200, $stop ? $larger->stop($stopped[1], $body['StopDate']) ??
	    answer(404) : $larger->delete($body['ids']));
}
if (!isset($m[1]))
	answer(200, ['success' => true, 'message' => 'Campaigns', 'data' =>
		['items' => array_map('shown', $work->campaigns($me))]]);
answer(200, ['success' => true, 'message' => 'Campaign', 'data' =>
	shown($work->campaign($me, $m[1]) ?? answer(404))]);
