-- Reads, writes, clicks and refusals by turns, for tests/bench/memory.
local number, calls = 0, 0

function setup(thread)
	thread:set("thread", number)
	number = number + 1
end

function init(args)
	local key, campaign, code, run = args[1], args[2], args[3], args[4]
	local json = { ["X-Api-Key"] = key,
	    ["Content-Type"] = "application/json" }
	local reads = { "/referrer-campaigns/" .. campaign,
	    "/referrer-campaigns?limit=20", "/referrers/dashboard",
	    "/referrer-campaigns/" .. campaign .. "/analytics",
	    "/token-transactions?limit=100", "/token-reservations",
	    "/events?type=token_reservation.*", "/token-transactions/balance",
	    "/payments/products", "/payments/checkout-sessions" }

	turns = {}
	for _, path in ipairs(reads) do
		turns[#turns + 1] = function()
			return wrk.format("GET", "/api/v0" .. path, json)
		end
	end
	turns[#turns + 1] = function()
		return wrk.format("GET", "/r/" .. code, { ["User-Agent"] =
		    "Mozilla/5.0 (X11) Firefox/128.0" })
	end
	turns[#turns + 1] = function()
		json["Idempotency-Key"] = table.concat({ run, thread, calls },
		    "-")
		local text = wrk.format("POST", "/api/v0/token-reservations",
		    json, '{"amount":1,"expiresInSeconds":60}')
		json["Idempotency-Key"] = nil
		return text
	end
	turns[#turns + 1] = function()	-- its body is refused
		return wrk.format("POST", "/api/v0/token-reservations", json,
		    '{"amount":"' .. string.rep("x", calls % 5000) .. '"}')
	end
end

function request()
	calls = calls + 1
	return turns[calls % #turns + 1]()
end
