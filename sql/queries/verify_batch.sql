-- Batches: their counts are those of their items, and what they did is done.

-- name: verify_step_batch
SELECT MAX(id) AS id FROM (SELECT id FROM batch WHERE id > :after
	ORDER BY id LIMIT 20) s

-- name: verify_batches
SELECT b.id, CONCAT(b.status, ': ', b.processed_count, ' of ', b.total, ', ',
	b.failed_count, ' failed; items ', COALESCE(c.items, 0), ', failures ',
	COALESCE(f.failures, 0)) AS wrong
FROM batch b
LEFT JOIN (SELECT batch_id, SUM(JSON_LENGTH(ids)) AS items FROM batch_chunk
	WHERE batch_id > :after AND batch_id <= :last GROUP BY batch_id) c
	ON c.batch_id = b.id
LEFT JOIN (SELECT batch_id, COUNT(*) AS failures, MAX(position) AS last
	FROM batch_failure WHERE batch_id > :after AND batch_id <= :last
	GROUP BY batch_id) f ON f.batch_id = b.id
WHERE b.id > :after AND b.id <= :last
AND (COALESCE(c.items, 0) <> b.total
OR COALESCE(f.failures, 0) <> b.failed_count
OR COALESCE(f.last, 0) > b.processed_count
OR (b.open IS NOT NULL) <> (b.status IN ('pending', 'in_progress'))
OR (b.open IS NULL) <> (b.finished_at IS NOT NULL)
OR (b.place IS NOT NULL AND b.open IS NULL)
OR (b.status = 'pending' AND b.processed_count <> 0)
OR (b.status IN ('completed', 'failed') AND b.processed_count <> b.total)
OR (b.status = 'failed' AND b.failed_count <> b.total)
OR (b.status = 'completed' AND b.failed_count = b.total))

-- The jobs role knows of each that is open.
-- name: verify_batch_turns
SELECT b.id, b.status AS wrong
FROM batch b LEFT JOIN batch_turn t ON t.organization_id = b.organization_id
WHERE b.id > :after AND b.id <= :last AND b.open = 1
AND t.due_at IS NULL

-- What can still be seen of it: who was deleted stays so, as does who left.
-- name: verify_batch_effects
SELECT b.id, CONCAT(b.action, ' of ', i.id) AS wrong
FROM batch b JOIN batch_chunk c ON c.batch_id = b.id
JOIN JSON_TABLE(c.ids, '$[*]' COLUMNS (n FOR ORDINALITY,
	id BIGINT UNSIGNED PATH '$')) i
LEFT JOIN batch_failure f ON f.batch_id = b.id
	AND f.position = c.number * 250 + i.n - 1
LEFT JOIN referral r ON r.id = i.id
	AND r.organization_id = b.organization_id
WHERE b.id > :after AND b.id <= :last
AND b.action IN ('referral/delete', 'referral/move_to_promoter')
AND c.number * 250 + i.n - 1 < b.processed_count
AND ((f.batch_id IS NULL AND (r.id IS NULL OR r.live IS NOT NULL
	OR (b.action = 'referral/delete' AND r.deleted_at IS NULL)))
OR f.row_id <> i.id)
LIMIT 100
