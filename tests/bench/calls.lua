-- Sends the calls of a file, each once, shared among the threads.  A line is
-- path, headers and body, with tabs between them.
local number, threads = 0, {}

function setup(thread)
	thread:set("first", number)
	number = number + 1
	table.insert(threads, thread)
end

local function read_call(line)
	local parts, headers = {}, {}

	for part in line:gmatch("[^\t]+") do
		parts[#parts + 1] = part
	end
	for i = 2, #parts - 1 do
		local name, value = parts[i]:match("^(.-): (.*)$")

		headers[name] = value
	end
	return wrk.format("POST", parts[1], headers, parts[#parts])
end

function init(args)
	local at, step = 0, tonumber(args[2])

	calls = {}
	for line in io.lines(args[1]) do
		if at % step == first then
			calls[#calls + 1] = read_call(line)
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
			io.stderr:write("bench: too few calls prepared\n")
		end
	end
end
