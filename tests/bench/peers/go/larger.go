// The two requests that write many rows: the stop of a campaign, which is paid
// in full here, and the deletion of referrals, 250 in a transaction.

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
)

const (
	chunk    = 250
	journals = 32 // in a statement
	events   = 50
)

// share is a part of an amount, half of a cent to even.
func share(amount, part, whole int64) int64 {
	cents, rest := amount*part/whole, 2*(amount*part%whole)
	if rest > whole || (rest == whole && cents%2 == 1) {
		cents++
	}
	return cents
}

func chunks[T any](all []T, n int) (some [][]T) {
	for len(all) > n {
		some, all = append(some, all[:n]), all[n:]
	}
	if len(all) > 0 {
		some = append(some, all)
	}
	return some
}

// move adds to an account, which is opened where it is not there.
func move(db *work, org int64, kind string, owner, amount int64,
	currency, guard string) {
	if db.exec("account_move", amount, org, kind, owner, currency) > 0 {
		return
	}
	db.exec("account_open", org, kind, owner, currency, 1, guard, amount)
}

type campaign struct {
	ID         int64   `sql:"id"`
	Advertiser int64   `sql:"advertiser_id"`
	Currency   string  `sql:"currency"`
	LaunchedAt *string `sql:"launched_at"`
	Paid       int64   `sql:"paid"`
	Earned     int64   `sql:"earned"`
	Released   int64   `sql:"released"`
	Refunded   int64   `sql:"refunded"`
	Runs       int64   `sql:"runs"`
}

type line struct {
	ID     int64  `sql:"id"`
	Price  string `sql:"price"`
	Booked int64  `sql:"booked"`
	Amount int64  `sql:"amount"`
	Tax    int64  `sql:"tax"`
	Done   int64  `sql:"done"`
	Earned int64  `sql:"earned"`
	Due    int64  `sql:"due"`
	DueTax int64  `sql:"due_tax"`
}

// stopping is the stop of a campaign, by somebody, on a day.
type stopping struct {
	*work
	me  identity
	c   *campaign
	day string
	now moment
}

func (s *stopping) storeMoney(settled int) {
	s.exec("campaign_money", s.c.Paid, s.c.Earned, s.c.Released,
		s.c.Refunded, 0, settled, s.now.text, s.c.ID)
}

func (s *stopping) writeHistory(data string) {
	type entry struct {
		Number int64  `sql:"number"`
		Hash   []byte `sql:"hash"`
	}

	last := rowOf[entry](s.work, "history_last", s.c.ID)
	if last == nil {
		last = &entry{}
	}
	number := last.Number + 1
	hash := sha256.New()
	for _, v := range []string{string(last.Hash), fmt.Sprint(s.c.ID),
		fmt.Sprint(number), fmt.Sprint(s.me.User),
		fmt.Sprint(s.now.us), "stop", "stopped", data, ""} {
		fmt.Fprintf(hash, "%d:%s", len(v), v)
	}
	s.exec("history_insert", s.c.ID, number, s.me.Organization, "stop",
		s.me.User, "stopped", data, nil, s.now.text, hash.Sum(nil))
}

func (s *stopping) moveCampaign() {
	s.exec("campaign_move", "stopped", nil, s.c.LaunchedAt, s.day,
		s.now.text, s.c.Runs, s.c.ID)
	s.storeMoney(0)
	s.writeHistory(text(map[string]string{"as_of": s.day}))
	s.exec("event_insert", s.me.Organization, "campaign.stopped", s.c.ID,
		s.me.User, `{"status":"stopped"}`, s.now.text)
}

func (s *stopping) books() {
	rowsOf[idRow](s.work, "invoice_list", s.c.ID)
	rowsOf[idRow](s.work, "invoice_lines", s.c.ID)
	rowOf[idRow](s.work, "account_balance", s.me.Organization,
		"advertiser_credit", s.c.Advertiser, s.c.Currency)
}

func (s *stopping) lines() []line {
	return rowsOf[line](s.work, "line_list", s.day, s.c.ID)
}

func (s *stopping) post(was int64) {
	all := []struct {
		kind          string
		owner, amount int64
	}{
		{"campaign_reserved", s.c.ID,
			was - s.c.Earned - s.c.Released},
		{"campaign_earned", s.c.ID, s.c.Earned},
		{"advertiser_credit", s.c.Advertiser, s.c.Released},
	}
	var entries []any

	for _, i := range []int{2, 0} {
		move(s.work, s.me.Organization, all[i].kind, all[i].owner,
			all[i].amount, s.c.Currency, "floor")
	}
	s.exec("account_open", s.me.Organization, "campaign_earned", s.c.ID,
		s.c.Currency, 1, "floor", s.c.Earned)
	journal := s.take("journal_insert", s.me.Organization,
		"campaign_settled", s.c.ID, nil, s.now.text)
	for i, e := range all {
		entries = append(entries, journal, i+1, s.me.Organization,
			e.kind, e.owner, s.c.Currency, e.amount)
	}
	s.exec("entry_insert_3", entries...)
}

func (s *stopping) settle() {
	lines := s.lines()
	was := s.c.Earned + s.c.Released
	s.books()
	rowOf[idRow](s.work, "account_balance_locked", s.me.Organization,
		"advertiser_credit", s.c.Advertiser, s.c.Currency)
	s.c.Earned = 0
	for _, l := range lines {
		s.c.Earned += share(l.Amount, l.Done, l.Booked) +
			share(l.Tax, l.Done, l.Booked)
	}
	s.c.Released = s.c.Paid - s.c.Earned
	s.post(was)
	for _, l := range lines {
		earned := share(l.Amount, l.Done, l.Booked)
		tax := share(l.Tax, l.Done, l.Booked)
		s.exec("line_end", s.day, l.Done, earned, tax,
			l.Amount-earned, l.Tax-tax, 0, 0, l.ID)
	}
	s.storeMoney(1)
	s.exec("placement_end_campaign", s.now.text, s.c.ID)
	s.exec("placement_end_campaign_events", s.now.text, s.c.ID)
}

func money(cents int64) float64 { return float64(cents) / 100 }

type stoppedLine struct {
	ID           int64 `json:",string"`
	PriceType    string
	Amount       float64
	Earned       float64
	RefundDue    float64
	TaxRefundDue float64
}

type stopped struct {
	CampaignID int64 `json:",string"`
	StopDate   string
	Status     string
	Lines      []stoppedLine
	RefundDue  float64
}

func (s *stopping) stopped() *stopped {
	var due int64

	s.books()
	out := &stopped{CampaignID: s.c.ID, StopDate: s.day, Status: "ST"}
	for _, l := range s.lines() {
		out.Lines = append(out.Lines, stoppedLine{l.ID, l.Price,
			money(l.Amount), money(l.Earned), money(l.Due),
			money(l.DueTax)})
		due += l.Due
	}
	out.RefundDue = money(due)
	return out
}

// stop is nil where there is no such campaign.
func (s *store) stop(me identity, id, day string) (out *stopped, err error) {
	err = s.transaction(func(db *work) {
		out = nil
		c := rowOf[campaign](db, "campaign_lock", me.Organization, id)
		if c == nil {
			return
		}
		one := &stopping{db, me, c, day, at()}
		one.moveCampaign()
		one.settle()
		out = one.stopped()
	})
	return out, err
}

type unpaid struct {
	ID       int64  `sql:"id"`
	Referrer int64  `sql:"referrer_id"`
	Amount   int64  `sql:"amount"`
	Reversed int64  `sql:"reversed_amount"`
	Currency string `sql:"currency"`
}

func (u *unpaid) left() int64 { return u.Amount - u.Reversed }

// postBack takes commissions back; taken are their reversals, in the same order.
func postBack(db *work, me identity, all []unpaid, taken []idRow, now moment) {
	var sum int64

	for i := range all {
		sum += all[i].left()
	}
	who, currency := all[0].Referrer, all[0].Currency
	move(db, me.Organization, "earnings_available", who, -sum, currency,
		"free")
	expense := db.take("account_id", me.Organization,
		"commission_expense", 0, currency)
	earned := db.take("account_id", me.Organization,
		"earnings_available", who, currency)
	for _, some := range chunks(taken, journals) {
		var rows, entries []any

		for _, r := range some {
			rows = append(rows, me.Organization,
				"commission_reversed", r.ID, nil, now.text)
		}
		made := rowsOf[idRow](db, "journal_insert_"+
			strconv.Itoa(len(some)), rows...)
		for i, j := range made {
			left := all[i].left()
			entries = append(entries, j.ID, 1, expense, left,
				j.ID, 2, earned, -left)
		}
		all = all[len(some):]
		db.exec("entry_insert_at_"+strconv.Itoa(2*len(some)),
			entries...)
	}
}

func takeBack(db *work, me identity, ids string, now moment) {
	all := rowsOf[unpaid](db, "earning_unpaid", ids, me.Organization)
	earnings := make([]int64, len(all))
	for i, u := range all {
		earnings[i] = u.ID
	}
	taken := rowsOf[idRow](db, "earning_take_back", now.text,
		text(earnings))
	db.exec("earning_mark_taken", text(earnings), now.text)
	if db.err == nil && len(all) > 0 {
		postBack(db, me, all, taken, now)
	}
}

type held struct {
	ID        int64 `sql:"id"`
	Placement int64 `sql:"placement_id"`
}

func tell(db *work, me identity, all []held, now moment) {
	type deleted struct {
		Campaign int64 `json:"referrerCampaignId,string"`
		Reversed int   `json:"commissionsReversed"`
	}

	for _, some := range chunks(all, events) {
		var rows []any

		for _, r := range some {
			rows = append(rows, me.Organization,
				"referral.deleted", r.ID, me.User,
				text(deleted{r.Placement, 1}), now.text)
		}
		db.exec("event_insert_50", rows...)
	}
}

func (s *store) remove(me identity, ids []json.Number) error {
	for _, some := range chunks(ids, chunk) {
		err := s.transaction(func(db *work) {
			ids, now := text(some), at()
			all := rowsOf[held](db, "referral_batch_hold", ids,
				me.Organization)
			takeBack(db, me, ids, now)
			db.exec("report_active", -1, now.text, ids)
			db.exec("brought_active", ids, -1)
			db.exec("brought_active_promoters", ids, -1)
			db.exec("referral_batch_delete", ids, now.text,
				me.Organization)
			db.exec("referral_batch_origins", ids, me.Organization)
			tell(db, me, all, now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
