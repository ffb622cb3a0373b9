-- Begins to buy, again and again; where there is a prefix, each call has a key
-- of idempotency of its own.
local number, sent = 0, 0

function setup(thread)
	thread:set("thread", number)
	number = number + 1
end

local function format()
	return wrk.format("POST", "/api/v0/payments/checkout-sessions",
	    headers, body)
end

function init(args)
	headers = { ["Authorization"] = "Bearer " .. args[1],
	    ["Content-Type"] = "application/json" }
	body = '{"productId":"' .. args[2] .. '","currency":"USD",' ..
	    '"successUrl":"https://shop.example/bench",' ..
	    '"cancelUrl":"https://shop.example/cart"}'
	prefix = args[3]
	plain = format()
end

function request()
	if not prefix then
		return plain
	end
	sent = sent + 1
	headers["Idempotency-Key"] = table.concat({ prefix, thread, sent },
	    "-")
	return format()
end
