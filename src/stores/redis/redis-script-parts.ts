/**
 * What all scripts begin with. `KEYS[1]` is the subject's index of sessions, whose name gives those of the sessions in it;
 * `ARGV[1]` is the deadline, `ARGV[2]` names the call. An absent number is an empty text, an absent text too, while one
 * that is there follows an equals sign. Numbers are written by `string.format`: Lua's own way keeps 14 digits only.
 */
export const PRELUDE = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
if now > tonumber(ARGV[1]) then return { 'late' } end

local index = KEYS[1]
local fields = { 'sid', 'currentId', 'parentId', 'rotatedAt', 'issuedAt', 'refreshExpires', 'csrf', 'openedAt',
  'lastUsedAt', 'expiresAt', 'device' }

local function whole(number) return string.format('%.0f', math.ceil(number)) end
local function text_or_nil(argument) if argument ~= '' then return string.sub(argument, 2) end end
local function session_key(sid) return string.sub(index, 1, -2) .. 's:' .. sid end

local function encode(record)
  local parts = {}
  for position, field in ipairs(fields) do
    local value = record[field]
    if value == nil or value == cjson.null then value = 'null'
    elseif type(value) == 'number' then value = string.format('%.17g', value)
    else value = cjson.encode(value) end
    parts[position] = '"' .. field .. '":' .. value
  end
  return string.format('{"usedMicros":%.0f,"call":"%s","session":{%s}}', micros, ARGV[2], table.concat(parts, ','))
end

local function read(sid)
  local text = redis.call('GET', session_key(sid))
  if not text then return end
  local stored = cjson.decode(text)
  return stored.session, text, stored
end

local function finish(sid)
  redis.call('DEL', session_key(sid))
  redis.call('ZREM', index, sid)
end

-- Takes what has expired from the index, which goes with the session that lives longest.
local function tidy_index()
  redis.call('ZREMRANGEBYSCORE', index, '-inf', '(' .. whole(now))
  local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]
  if last == 'inf' then redis.call('PERSIST', index)
  elseif last then redis.call('PEXPIREAT', index, whole(tonumber(last) + 1)) end
end

-- Without a lifetime for ever; what was promised is never shortened.
local function deny(key, lifetime)
  if lifetime and lifetime <= 0 then return end
  local left = redis.call('PTTL', key)
  if left == -1 or (lifetime and left >= lifetime) then return end
  if lifetime then redis.call('SET', key, '1', 'PX', whole(lifetime)) else redis.call('SET', key, '1') end
end
`;

/** For `openSession` and `present`: `ARGV[3]` is the session, then follow the token's id, `iat`, csrf, life and limits. */
export const RENEWAL = `
local sid = ARGV[3]

-- The first write is the only kind a server without memory refuses, so that it happens as a whole or not at all.
local function store(record, leeway)
  local ends = record.expiresAt and record.expiresAt + leeway
  if ends then redis.call('SET', session_key(sid), encode(record), 'PX', whole(ends - now))
  else redis.call('SET', session_key(sid), encode(record)) end
  redis.call('ZADD', index, ends and whole(ends) or '+inf', sid)
  tidy_index()
end

-- Gives the session its next refresh token; ends it where it has no time left.
local function renew(record)
  local lifetime, max_age = tonumber(ARGV[7]), tonumber(ARGV[8])
  local remaining = lifetime
  if max_age then remaining = math.min(lifetime or math.huge, record.openedAt + max_age - now) end
  if remaining and remaining <= 0 then
    finish(sid)
    return false
  end
  record.currentId = string.sub(ARGV[4], 2)
  record.issuedAt = tonumber(ARGV[5])
  record.csrf = text_or_nil(ARGV[6])
  record.refreshExpires = remaining and record.issuedAt + math.floor(remaining / 1000)
  record.expiresAt = remaining and now + remaining
  record.lastUsedAt = now
  store(record, tonumber(ARGV[9]))
  return true
end

-- Ends the longest unused of the others until no more are left than there may be.
local function make_room(most)
  if not most or redis.call('ZCARD', index) <= most then return end
  local others = {}
  for _, other in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local _, _, stored = read(other)
    if not stored then redis.call('ZREM', index, other)
    elseif other ~= sid then others[#others + 1] = stored end
  end
  table.sort(others, function(a, b) return a.usedMicros < b.usedMicros end)
  for position = 1, #others + 1 - most do finish(others[position].session.sid) end
  tidy_index()
end
`;
