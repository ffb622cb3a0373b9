-- Sends the signed callbacks of a file, each once, shared among the threads.
local number, threads = 0, {}

function setup(thread)
	thread:set("first", number)
	number = number + 1
	table.insert(threads, thread)
end

function init(args)
	local at, step = 0, tonumber(args[2])

	calls = {}
	for line in io.lines(args[1]) do
		if at % step == first then
			local id, time, mac, body =
			    line:match("^(%S+) (%S+) (%S+) (.*)$")
			calls[#calls + 1] = wrk.format("POST",
			    "/api/v0/payments/callbacks/sandbox", {
				["Content-Type"] = "application/json",
				["webhook-id"] = id,
				["webhook-timestamp"] = time,
				["webhook-signature"] = mac,
			    }, body)
		end
		at = at + 1
	end
	sent = 0
end

function request()
	sent = sent + 1
	if sent > #calls then
		sent = #calls
		ran_out = true
	end
	return calls[sent]
end

function done(summary, latency, requests)
	for _, thread in ipairs(threads) do
		if thread:get("ran_out") then
			io.stderr:write("bench: too few payments prepared\n")
		end
	end
end
