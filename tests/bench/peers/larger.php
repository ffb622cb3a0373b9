<?php
/*
 * The two requests that write many rows: the stop of a campaign, which is paid
 * in full here, and the deletion of referrals, 250 in a transaction.
 */
declare(strict_types=1);

final class Larger
{
	private const CHUNK = 250;
	private const JOURNALS = 32;
	private const EVENTS = 50;

	public function __construct(private readonly Work $db,
	    private readonly array $me)
	{
	}

	/* Half of a cent to even. */
	private static function share(int $amount, int $part, int $whole): int
	{
		$cents = intdiv($amount * $part, $whole);
		$rest = 2 * ($amount * $part % $whole);

		return $cents + (int)($rest > $whole ||
		    ($rest === $whole && $cents % 2 === 1));
	}

	private function storeMoney(array $c, int $settled): void
	{
		$this->db->run('campaign_money', [$c['paid'], $c['earned'],
			$c['released'], $c['refunded'], 0, $settled,
			$this->db->now, $c['id']]);
	}

	private function writeHistory(array $c, string $data): void
	{
		$last = $this->db->row('history_last', [$c['id']]);
		$number = (int)($last['number'] ?? 0) + 1;
		$at = new DateTimeImmutable($this->db->now,
		    new DateTimeZone('UTC'));
		$text = '';
		foreach ([$last['hash'] ?? '', $c['id'], $number,
		    $this->me['user_id'], $at->format('Uu'), 'stop', 'stopped',
		    $data, ''] as $v)
			$text .= strlen((string)$v) . ":$v";
		$this->db->run('history_insert', [$c['id'], $number,
			$this->me['org_id'], 'stop', $this->me['user_id'],
			'stopped', $data, null, $this->db->now,
			hash('sha256', $text, true)]);
	}

	private function moveCampaign(array $c, string $day): void
	{
		$now = $this->db->now;

		$this->db->run('campaign_move', ['stopped', null,
			$c['launched_at'], $day, $now, $c['runs'], $c['id']]);
		$this->storeMoney($c, 0);
		$this->writeHistory($c, json_encode(['as_of' => $day]));
		$this->db->run('event_insert', [$this->me['org_id'],
			'campaign.stopped', $c['id'], $this->me['user_id'],
			json_encode(['status' => 'stopped']), $now]);
	}

	private function books(array $c): void
	{
		$this->db->run('invoice_list', [$c['id']])->fetchAll();
		$this->db->run('invoice_lines', [$c['id']])->fetchAll();
		$this->db->row('account_balance', [$this->me['org_id'],
			'advertiser_credit', $c['advertiser_id'],
			$c['currency']]);
	}

	private function post(array $c, int $was): void
	{
		$org = $this->me['org_id'];
		$all = [['campaign_reserved', $c['id'],
			$was - $c['earned'] - $c['released']],
			['campaign_earned', $c['id'], $c['earned']],
			['advertiser_credit', $c['advertiser_id'],
			$c['released']]];
		foreach ([2, 0] as $i)
			$this->db->move($org, ...$all[$i], currency:
			    $c['currency'], guard: 'floor');
		$this->db->run('account_open', [$org, 'campaign_earned',
			$c['id'], $c['currency'], 1, 'floor', $c['earned']]);
		$j = $this->db->take('journal_insert', [$org,
			'campaign_settled', $c['id'], null, $this->db->now]);
		$values = [];
		foreach ($all as $i => [$kind, $owner, $amount])
			array_push($values, $j, $i + 1, $org, $kind, $owner,
			    $c['currency'], $amount);
		$this->db->run('entry_insert_3', $values);
	}

	private function settle(array $c, string $day): void
	{
		$lines = $this->db->run('line_list', [$day, $c['id']])
		    ->fetchAll();
		$was = $c['earned'] + $c['released'];
		$this->books($c);
		$this->db->row('account_balance_locked', [$this->me['org_id'],
			'advertiser_credit', $c['advertiser_id'],
			$c['currency']]);
		$c['earned'] = 0;
		foreach ($lines as &$l) {
			foreach (['amount' => 'earned', 'tax' => 'earned_tax']
			    as $of => $to) {
				$l[$to] = self::share((int)$l[$of],
				    (int)$l['done'], (int)$l['booked']);
				$c['earned'] += $l[$to];
			}
		}
		unset($l);
		$c['released'] = $c['paid'] - $c['earned'];
		$this->post($c, $was);
		foreach ($lines as $l)
			$this->db->run('line_end', [$day, $l['done'],
				$l['earned'], $l['earned_tax'],
				$l['amount'] - $l['earned'],
				$l['tax'] - $l['earned_tax'], 0, 0, $l['id']]);
		$this->storeMoney($c, 1);
		$this->db->run('placement_end_campaign', [$this->db->now,
			$c['id']]);
		$this->db->run('placement_end_campaign_events',
		    [$this->db->now, $c['id']]);
	}

	private function stopped(array $c, string $day): array
	{
		$this->books($c);
		$lines = $this->db->run('line_list', [$day, $c['id']])
		    ->fetchAll();
		$money = fn ($cents) => (int)$cents / 100;
		return ['CampaignID' => $c['id'], 'StopDate' => $day,
			'Status' => 'ST', 'Lines' => array_map(fn ($l) => [
				'ID' => $l['id'], 'PriceType' => $l['price'],
				'Amount' => $money($l['amount']),
				'Earned' => $money($l['earned']),
				'RefundDue' => $money($l['due']),
				'TaxRefundDue' => $money($l['due_tax'])],
			    $lines), 'RefundDue' => $money(array_sum(
				array_column($lines, 'due')))];
	}

	public function stop(string $id, string $day): ?array
	{
		return $this->db->transaction(function () use ($id, $day) {
			$c = $this->db->row('campaign_lock',
			    [$this->me['org_id'], $id]);
			if ($c === null)
				return null;
			foreach (['paid', 'earned', 'released'] as $money)
				$c[$money] = (int)$c[$money];
			$this->moveCampaign($c, $day);
			$this->settle($c, $day);
			return $this->stopped($c, $day);
		});
	}

	private function takeBack(array $unpaid): void
	{
		$org = $this->me['org_id'];
		$now = $this->db->now;
		$ids = '[' . implode(',', array_column($unpaid, 'id')) . ']';
		$taken = $this->db->run('earning_take_back', [$now, $ids])
		    ->fetchAll();
		$this->db->run('earning_mark_taken', [$ids, $now]);
		['referrer_id' => $who, 'currency' => $currency] = $unpaid[0];
		$amounts = array_map(fn ($u) => $u['amount'] -
		    $u['reversed_amount'], $unpaid);
		$this->db->move($org, 'earnings_available', $who,
		    -array_sum($amounts), $currency, 'free');
		$expense = $this->db->take('account_id', [$org,
			'commission_expense', 0, $currency]);
		$earned = $this->db->take('account_id', [$org,
			'earnings_available', $who, $currency]);
		foreach (array_chunk($taken, self::JOURNALS, true) as $some) {
			$journals = $entries = [];
			foreach ($some as $row)
				array_push($journals, $org,
				    'commission_reversed', $row['id'], null,
				    $now);
			$n = count($some);
			$made = $this->db->run("journal_insert_$n", $journals)
			    ->fetchAll(PDO::FETCH_COLUMN);
			foreach (array_keys($some) as $k => $i)
				array_push($entries, $made[$k], 1, $expense,
				    $amounts[$i], $made[$k], 2, $earned,
				    -$amounts[$i]);
			$this->db->run('entry_insert_at_' . 2 * $n, $entries);
		}
	}

	private function deleteSome(array $some): void
	{
		$org = $this->me['org_id'];
		$now = $this->db->now;
		$ids = json_encode($some);
		$rows = $this->db->run('referral_batch_hold', [$ids, $org])
		    ->fetchAll();
		$this->takeBack($this->db->run('earning_unpaid', [$ids, $org])
		    ->fetchAll());
		$this->db->run('report_active', [-1, $now, $ids]);
		$this->db->run('brought_active', [$ids, -1]);
		$this->db->run('brought_active_promoters', [$ids, -1]);
		$this->db->run('referral_batch_delete', [$ids, $now, $org]);
		$this->db->run('referral_batch_origins', [$ids, $org])
		    ->fetchAll();
		foreach (array_chunk($rows, self::EVENTS) as $part) {
			$values = [];
			foreach ($part as $r)
				array_push($values, $org, 'referral.deleted',
				    $r['id'], $this->me['user_id'], json_encode([
					'referrerCampaignId' =>
					    (string)$r['placement_id'],
					'commissionsReversed' => 1]), $now);
			$this->db->run('event_insert_50', $values);
		}
	}

	public function delete(array $ids): array
	{
		foreach (array_chunk($ids, self::CHUNK) as $some)
			$this->db->transaction(fn () =>
			    $this->deleteSome($some));
		return ['status' => 'completed', 'total' => count($ids)];
	}
}
