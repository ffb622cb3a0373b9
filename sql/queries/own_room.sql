-- How much of each he has made; what came to an end counts as well where its
-- rows stay.
-- name: own_counts
SELECT (SELECT COUNT(*) FROM payout_method m WHERE m.referrer_id = :promoter)
	AS methods,
	(SELECT COUNT(*) FROM placement p STRAIGHT_JOIN referral_link l
	ON l.placement_id = p.id WHERE p.referrer_id = :promoter) AS links,
	(SELECT COUNT(*) FROM placement p STRAIGHT_JOIN promo_code c
	ON c.placement_id = p.id WHERE p.referrer_id = :promoter) AS codes,
	(SELECT COUNT(*) FROM placement p STRAIGHT_JOIN placement_code k
	ON k.placement_id = p.id WHERE p.referrer_id = :promoter) AS tokens
