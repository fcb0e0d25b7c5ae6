-- Posts the lines of a file, each thread from a place of its own, and prints what wrk does not.
--   wrk ... -s queries.lua URL -- FILE

local requests, place, threads = {}, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  for line in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format(nil, nil, nil, line) end
  place = number * 7919 % #requests
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "rate": %.1f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "broken": %d, "refused": %d}\n',
    summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
