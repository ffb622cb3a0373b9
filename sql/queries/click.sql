-- name: click_seen
SELECT id FROM click
WHERE placement_id = :placement AND visitor = :visitor AND first = 1

-- name: click_insert
INSERT INTO click (placement_id, token, visitor, address_hash, kind, source,
	url, sub_id, first, created_at)
VALUES
-- rows:
(:placement, :token, :visitor, :address, :kind, :source, :url, :sub_id, :first,
	:now)


-- A click that a page tells of again.
-- name: click_told
SELECT placement_id, visitor FROM click
WHERE token = :token AND created_at > :since AND kind = 'person'
