// The same requests in Go: net/http in one process on all cores, database/sql
// with prepared statements on a pool of connections.
//
//	go-peer SOCKET CONNECTIONS
//
// Keys and database as environment, see run.

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/golang-jwt/jwt"
)

type server struct {
	store               *store
	jwtKey, callbackKey []byte
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}

type envelope struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// failed says whether the request is over, since there is an error or nothing
// was found.
func failed(w http.ResponseWriter, err error, found bool) bool {
	if err != nil {
		log.Print(err)
		w.WriteHeader(http.StatusInternalServerError)
	} else if !found {
		w.WriteHeader(http.StatusNotFound)
	}
	return err != nil || !found
}

type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
}

var parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))

// claims are nil where there is no good token.
func (s *server) claims(r *http.Request) *claims {
	const scheme = "Bearer "
	var c claims

	text := r.Header.Get("Authorization")
	if !strings.HasPrefix(text, scheme) {
		return nil
	}
	_, err := parser.ParseWithClaims(text[len(scheme):], &c,
		func(*jwt.Token) (any, error) { return s.jwtKey, nil })
	if err != nil || !c.VerifyAudience("affiliated", true) {
		return nil
	}
	return &c
}

type identity struct {
	User         int64 `sql:"user_id"`
	Organization int64 `sql:"org_id"`
}

type handler func(http.ResponseWriter, *http.Request, identity)

// identified is for somebody who is logged in.
func (s *server) identified(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := s.claims(r)
		if c == nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		db := s.store.work()
		me := rowOf[identity](db, "identity_session", c.Session,
			c.Subject, at().text)
		if db.err == nil && me == nil {
			w.WriteHeader(http.StatusUnauthorized)
		} else if !failed(w, db.err, true) {
			h(w, r, *me)
		}
	}
}

type placement struct {
	ID          int64   `sql:"id" json:"id,string"`
	Name        string  `sql:"name" json:"name"`
	Code        string  `sql:"code" json:"code"`
	Link        string  `json:"link"`
	LandingURL  string  `sql:"landing_url" json:"landingUrl"`
	Description *string `sql:"description" json:"description"`
	Status      string  `sql:"status" json:"status"`
	Clicks      int64   `sql:"clicks" json:"clicks"`
	Referrals   int64   `sql:"referrals" json:"referrals"`
	StartsAt    *string `sql:"starts_at" json:"startsAt"`
	EndsAt      *string `sql:"ends_at" json:"endsAt"`
	CreatedAt   string  `sql:"created_at" json:"createdAt"`
	UpdatedAt   string  `sql:"updated_at" json:"updatedAt"`
	EndedAt     *string `sql:"ended_at" json:"endedAt"`
}

func (p *placement) setLink() { p.Link = "https://localhost/r/" + p.Code }

const campaigns = "/api/v0/referrer-campaigns"

func (s *server) campaign(w http.ResponseWriter, r *http.Request,
	me identity) {
	db := s.store.work()
	p := rowOf[placement](db, "placement_get",
		strings.TrimPrefix(r.URL.Path, campaigns+"/"), 1,
		me.Organization)
	if failed(w, db.err, p != nil) {
		return
	}
	p.setLink()
	answer(w, envelope{true, "Campaign", p})
}

func (s *server) campaigns(w http.ResponseWriter, r *http.Request,
	me identity) {
	db := s.store.work()
	items := []placement{}
	who := rowOf[idRow](db, "referrer_of", 1, me.Organization)
	if who != nil {
		items = rowsOf[placement](db, "placement_list", who.ID, 11, 0)
	}
	if failed(w, db.err, true) {
		return
	}
	for i := range items {
		items[i].setLink()
	}
	answer(w, envelope{true, "Campaigns", map[string]any{"items": items}})
}

func (s *server) click(w http.ResponseWriter, r *http.Request) {
	to, err := s.store.click(strings.TrimPrefix(r.URL.Path, "/r/"))
	if failed(w, err, to != "") {
		return
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

func (s *server) signed(r *http.Request, body []byte) bool {
	mac := hmac.New(sha256.New, s.callbackKey)
	io.WriteString(mac, r.Header.Get("Webhook-Id")+"."+
		r.Header.Get("Webhook-Timestamp")+".")
	mac.Write(body)
	right := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(right),
		[]byte(r.Header.Get("Webhook-Signature")))
}

func (s *server) callback(w http.ResponseWriter, r *http.Request) {
	var told struct {
		Token string `json:"token"`
	}

	body, err := io.ReadAll(r.Body)
	if err != nil || !s.signed(r, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if json.Unmarshal(body, &told) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	found, err := s.store.pay(told.Token)
	if !failed(w, err, found) {
		answer(w, envelope{true, "Noted", nil})
	}
}

// stop is that of /api/campaigns/{id}/stop.
func (s *server) stop(w http.ResponseWriter, r *http.Request, me identity) {
	var body struct{ StopDate string }

	path := strings.Split(r.URL.Path, "/")
	if len(path) != 5 || path[4] != "stop" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	done, err := s.store.stop(me, path[3], body.StopDate)
	if !failed(w, err, done != nil) {
		answer(w, done)
	}
}

func (s *server) remove(w http.ResponseWriter, r *http.Request, me identity) {
	var body struct {
		IDs []json.Number `json:"ids"`
	}

	if json.NewDecoder(r.Body).Decode(&body) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if !failed(w, s.store.remove(me, body.IDs), true) {
		answer(w, map[string]any{"status": "completed",
			"total": len(body.IDs)})
	}
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(campaigns, s.identified(s.campaigns))
	mux.HandleFunc(campaigns+"/", s.identified(s.campaign))
	mux.HandleFunc("/api/campaigns/", s.identified(s.stop))
	mux.HandleFunc("/api/v2/company/referrals", s.identified(s.remove))
	mux.HandleFunc("/r/", s.click)
	mux.HandleFunc("/api/v0/payments/callbacks/sandbox", s.callback)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]bool{"ok": true})
	})
	return mux
}

func key(name string) []byte {
	key, err := hex.DecodeString(os.Getenv(name))
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	return key
}

func main() {
	socket := os.Args[1]
	connections, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	store, err := openStore(connections)
	if err != nil {
		log.Fatal(err)
	}
	s := &server{store, key("BENCH_JWT_KEY"), key("BENCH_CALLBACK_KEY")}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chmod(socket, 0o666); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, s.routes()))
}
