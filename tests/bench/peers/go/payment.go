// Clicks and payments.

package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// moment is the time of a request, as the database has it, and its day.
type moment struct {
	text, day string
	us        int64
}

func at() moment {
	now := time.Now().UTC()
	text := now.Format("2006-01-02 15:04:05.000000")
	return moment{text, text[:10], now.UnixMicro()}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of what is known
	}
	return string(data)
}

type origin struct {
	ID           int64  `sql:"id"`
	Organization int64  `sql:"organization_id"`
	Referrer     int64  `sql:"referrer_id"`
	LandingURL   string `sql:"landing_url"`
}

// click says where it leads to, or nothing.
func (s *store) click(code string) (string, error) {
	var random [40]byte

	now := at()
	db := s.work()
	p := rowOf[origin](db, "placement_by_code", "ref", 60, now.text, code)
	if p == nil {
		return "", db.err
	}
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	return p.LandingURL, s.transaction(func(db *work) {
		db.exec("click_insert", p.ID, random[:16], random[16:32],
			random[32:], "person", "direct", nil, nil, 1, now.text)
		db.exec("count_total", 1, 1, 0, p.ID)
		db.exec("count_day", p.ID, now.day, p.Referrer, 1, 1, 0)
		db.exec("report_clicked", p.Organization, p.ID, "direct", nil,
			nil, 1, now.text)
	})
}

const ratePPM = 200000 // what the house's program pays

type facts struct {
	ID           int64 `sql:"id"`
	Organization int64 `sql:"organization_id"`
	Amount       int64 `sql:"amount"`
	Tokens       int64 `sql:"tokens"`
	Lead         int64 `sql:"lead_id"`
	Campaign     int64 `sql:"campaign_id"`
	Placement    int64 `sql:"placement_id"`
	Referrer     int64 `sql:"referrer_id"`
}

func post(db *work, p *facts, part, earning int64, now moment) {
	db.exec("account_move", p.Tokens, p.Organization, "tokens_available",
		0, "TOK")
	db.exec("account_move", part, 1, "earnings_available", p.Referrer,
		"USD")
	made := rowsOf[idRow](db, "journal_insert_2",
		1, "payment", p.ID, nil, now.text,
		1, "commission", earning, nil, now.text)
	if db.err != nil {
		return
	}
	bought, earned := made[0].ID, made[1].ID
	db.exec("entry_insert_6",
		bought, 1, 1, "provider_clearing", 0, "USD", p.Amount,
		bought, 2, 1, "revenue", 0, "USD", -p.Amount,
		bought, 3, 1, "tokens_issued", 0, "TOK", -p.Tokens,
		bought, 4, p.Organization, "tokens_available", 0, "TOK",
		p.Tokens,
		earned, 1, 1, "commission_expense", 0, "USD", -part,
		earned, 2, 1, "earnings_available", p.Referrer, "USD", part)
}

func brought(db *work, p *facts, now moment) {
	db.exec("brought_total", p.Referrer, 0, 0, 0, 0, 1, p.Amount, "USD",
		1, "USD", now.text, p.Placement)
	db.exec("report_brought", 1, p.Placement, p.Lead, "USD", 0, 0, 0, 0, 1,
		0, p.Amount, now.text)
	db.exec("brought_sales", p.Placement, "USD", now.day, p.Referrer, 1,
		p.Amount)
}

func settle(db *work, p *facts, now moment) {
	type paid struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
		Tokens   int64  `json:"tokens"`
	}
	type created struct {
		Campaign int64  `json:"campaignId,string"`
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	}

	part := p.Amount * ratePPM / 1000000
	db.exec("payment_paid", now.text, p.ID)
	sale := db.insert("sale_insert", 1, p.ID, p.Lead, p.Amount, "USD",
		now.text)
	earning := db.take("earning_insert", 1, p.Referrer, p.Campaign,
		p.Placement, sale, p.Amount, 0, "available", part, "USD",
		ratePPM, 0, 1, nil, p.Lead, 0, nil, now.text, now.text)
	db.exec("event_insert_2",
		p.Organization, "payment.paid", p.ID, nil,
		text(paid{p.Amount, "USD", p.Tokens}), now.text,
		1, "commission.created", earning, nil,
		text(created{p.Placement, part, "USD"}), now.text)
	post(db, p, part, earning, now)
	db.exec("token_insert", p.Organization, "purchase", p.Tokens, p.Tokens,
		fmt.Sprint("payment ", p.ID), p.ID, now.text)
	brought(db, p, now)
}

// pay says whether there is such a payment.
func (s *store) pay(token string) (bool, error) {
	db := s.work()
	p := rowOf[facts](db, "payment_facts", token)
	if p == nil {
		return false, db.err
	}
	now := at()
	return true, s.transaction(func(db *work) { settle(db, p, now) })
}
