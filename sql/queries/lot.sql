-- name: lot_insert
INSERT INTO token_lot (organization_id, payment_id, amount, remaining,
	created_at, expires_at)
VALUES (:org, :payment, :amount, :amount, :now, :expires)

-- name: lot_open
SELECT id, remaining AS amount, expires_at FROM token_lot
WHERE organization_id = :org AND open = 1
ORDER BY expires_at, id LIMIT :limit

-- name: lot_of_payment
SELECT id, remaining AS amount, expires_at FROM token_lot
WHERE payment_id = :payment AND organization_id = :org AND open = 1

-- name: lot_of_reservation
SELECT l.id, r.amount, l.expires_at
FROM reservation_lot r JOIN token_lot l ON l.id = r.lot_id
WHERE r.reservation_id = :reservation AND l.organization_id = :org
ORDER BY l.expires_at, l.id

-- name: lot_of_refund
SELECT l.id, r.amount, l.expires_at
FROM refund_lot r JOIN token_lot l ON l.id = r.lot_id
WHERE r.refund_id = :refund AND l.organization_id = :org
ORDER BY l.expires_at, l.id

-- name: lot_move
UPDATE token_lot SET remaining = remaining + :amount
WHERE id = :id AND organization_id = :org

-- name: reservation_lot_insert
INSERT INTO reservation_lot (reservation_id, lot_id, amount) VALUES
-- rows:
(:reservation, :lot, :amount)

-- name: refund_lot_insert
INSERT INTO refund_lot (refund_id, lot_id, amount) VALUES
-- rows:
(:refund, :lot, :amount)

-- name: lot_due
SELECT id, organization_id, payment_id FROM token_lot
WHERE open = 1 AND expires_at <= :now ORDER BY expires_at, id LIMIT 200

-- The id that it gives is what remained.
-- name: lot_expire
UPDATE token_lot SET remaining = remaining - LAST_INSERT_ID(remaining)
WHERE id = :id AND organization_id = :org AND open = 1 AND expires_at <= :now
