-- Rights of the program's database user, for after each `affiliated migrate`:
--
--	mariadb affiliated <grants.sql
--
-- It reads everything.  On the ledger and on what has happened it only adds:
-- no UPDATE (but of an event's place in the order), no DELETE, no right on the
-- schema.  May be run again.

GRANT SELECT ON * TO affiliated@localhost;

-- the ledger: rows are added and never changed; an account's balance moves
GRANT INSERT ON journal TO affiliated@localhost;
GRANT INSERT ON entry TO affiliated@localhost;
GRANT INSERT ON seal TO affiliated@localhost;
GRANT INSERT, UPDATE (balance) ON account TO affiliated@localhost;

-- history: added only
GRANT INSERT, UPDATE (seq) ON event TO affiliated@localhost;
GRANT INSERT ON click TO affiliated@localhost;
GRANT INSERT, UPDATE (refunded_amount) ON sale TO affiliated@localhost;
GRANT INSERT ON token_transaction TO affiliated@localhost;
GRANT INSERT ON token_adjustment TO affiliated@localhost;
GRANT INSERT ON reservation_lot TO affiliated@localhost;
GRANT INSERT ON refund_lot TO affiliated@localhost;
GRANT INSERT ON referrer_day TO affiliated@localhost;
GRANT INSERT ON webhook_attempt TO affiliated@localhost;
GRANT INSERT, UPDATE (reference) ON advertiser TO affiliated@localhost;
GRANT INSERT ON line_insertion TO affiliated@localhost;
GRANT INSERT, UPDATE ON line_delivery TO affiliated@localhost;
GRANT INSERT, UPDATE (reference) ON campaign_refund TO affiliated@localhost;
GRANT INSERT ON campaign_refund_line TO affiliated@localhost;
GRANT INSERT ON sale_refund TO affiliated@localhost;
GRANT INSERT ON campaign_history TO affiliated@localhost;
GRANT INSERT, DELETE ON campaign_text TO affiliated@localhost;

-- what has states
GRANT INSERT, UPDATE ON organization TO affiliated@localhost;
GRANT INSERT, UPDATE ON user TO affiliated@localhost;
GRANT INSERT, UPDATE ON api_key TO affiliated@localhost;
GRANT INSERT, UPDATE ON campaign TO affiliated@localhost;
GRANT INSERT, UPDATE ON referrer TO affiliated@localhost;
GRANT INSERT, UPDATE ON placement TO affiliated@localhost;
GRANT INSERT, UPDATE ON placement_total TO affiliated@localhost;
GRANT INSERT, UPDATE ON placement_sales TO affiliated@localhost;
GRANT INSERT, DELETE ON report_change TO affiliated@localhost;
GRANT INSERT, UPDATE ON report_sum TO affiliated@localhost;
GRANT INSERT, UPDATE ON report_rank TO affiliated@localhost;
GRANT INSERT, UPDATE ON report_window TO affiliated@localhost;
GRANT INSERT, UPDATE ON promoter_total TO affiliated@localhost;
GRANT INSERT, DELETE ON promoter_field TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON referral_link TO affiliated@localhost;
GRANT INSERT, UPDATE (placement_id) ON placement_code TO affiliated@localhost;
GRANT INSERT, UPDATE ON placement_day TO affiliated@localhost;
GRANT INSERT, UPDATE ON click_source_days TO affiliated@localhost;
GRANT INSERT, UPDATE ON organization_bought TO affiliated@localhost;
GRANT INSERT, UPDATE ON placement_earned TO affiliated@localhost;
GRANT INSERT, UPDATE ON referrer_earned TO affiliated@localhost;
GRANT INSERT, UPDATE ON account_sum TO affiliated@localhost;
GRANT UPDATE ON rollup TO affiliated@localhost;
GRANT INSERT, UPDATE ON referral TO affiliated@localhost;
GRANT INSERT, DELETE ON referral_split TO affiliated@localhost;
GRANT INSERT, DELETE ON custom_status TO affiliated@localhost;
GRANT INSERT, UPDATE ON program TO affiliated@localhost;
GRANT INSERT, UPDATE ON campaign_program TO affiliated@localhost;
GRANT INSERT, UPDATE ON reward TO affiliated@localhost;
GRANT INSERT, UPDATE (redeemed) ON reward_redeemed TO affiliated@localhost;
GRANT INSERT, DELETE ON reward_use TO affiliated@localhost;
GRANT INSERT, DELETE ON reward_use_product TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON company_product TO affiliated@localhost;
GRANT INSERT, DELETE ON company_price TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON campaign_link TO affiliated@localhost;
GRANT INSERT, UPDATE ON promo_code TO affiliated@localhost;
GRANT INSERT, UPDATE ON promoter TO affiliated@localhost;
GRANT INSERT, UPDATE ON program_total TO affiliated@localhost;
GRANT INSERT, UPDATE ON product TO affiliated@localhost;
GRANT INSERT, DELETE ON product_price TO affiliated@localhost;
GRANT INSERT, UPDATE ON payment TO affiliated@localhost;
GRANT INSERT, UPDATE ON earning TO affiliated@localhost;
GRANT INSERT, UPDATE ON refund TO affiliated@localhost;
GRANT INSERT, UPDATE ON withdrawal TO affiliated@localhost;
GRANT INSERT, UPDATE ON payout TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON payout_again TO affiliated@localhost;
GRANT INSERT, UPDATE ON payout_total TO affiliated@localhost;
GRANT INSERT, UPDATE ON payments_batch TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON payout_method TO affiliated@localhost;
GRANT INSERT, UPDATE ON token_reservation TO affiliated@localhost;
GRANT INSERT, UPDATE (remaining) ON token_lot TO affiliated@localhost;
GRANT INSERT, UPDATE ON sandbox_session TO affiliated@localhost;
GRANT INSERT, UPDATE ON webhook_endpoint TO affiliated@localhost;
GRANT INSERT, UPDATE ON webhook_queue TO affiliated@localhost;
GRANT INSERT, UPDATE ON batch_turn TO affiliated@localhost;
GRANT UPDATE ON event_counter TO affiliated@localhost;
GRANT UPDATE ON schedule TO affiliated@localhost;
GRANT INSERT, UPDATE ON campaign_line TO affiliated@localhost;
GRANT INSERT, UPDATE ON prepayment TO affiliated@localhost;
GRANT INSERT, UPDATE ON invoice TO affiliated@localhost;
GRANT INSERT, UPDATE (credited) ON invoice_line TO affiliated@localhost;

-- what comes to an end, and leaves an event
GRANT INSERT, UPDATE, DELETE ON member TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON invitation TO affiliated@localhost;

-- what runs out
GRANT INSERT, UPDATE, DELETE ON session TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON refresh_token TO affiliated@localhost;
GRANT INSERT, DELETE ON promoter_session TO affiliated@localhost;
GRANT INSERT, DELETE ON user_token TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON idempotency_key TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON batch TO affiliated@localhost;
GRANT INSERT, DELETE ON batch_chunk TO affiliated@localhost;
GRANT INSERT, DELETE ON batch_failure TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON export TO affiliated@localhost;
GRANT INSERT, DELETE ON export_part TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON task TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON webhook_delivery TO affiliated@localhost;
GRANT INSERT, UPDATE, DELETE ON webhook_replay TO affiliated@localhost;
