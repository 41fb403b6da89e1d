/**
 * The beginning of all scripts. `KEYS[1]` is the index of the subject's sessions; its name without the last character begins
 * the keys of the sessions. `ARGV[1]` is the deadline, `ARGV[2]` names the call, and the last argument is the channel for changes.
 *
 * An argument that is absent is an empty string. A text follows an equals sign, since it can be empty itself. Numbers are
 * written with `string.format`: Lua's own conversion has 14 digits only.
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
local function note_key(sid) return string.sub(index, 1, -2) .. 'e:' .. sid end

local function encode_fields(record, names)
  local parts = {}
  for position, field in ipairs(names) do
    local value = record[field]
    if value == nil or value == cjson.null then value = 'null'
    elseif type(value) == 'number' then value = string.format('%.17g', value)
    else value = cjson.encode(value) end
    parts[position] = '"' .. field .. '":' .. value
  end
  return '{' .. table.concat(parts, ',') .. '}'
end

local function encode(record)
  return string.format('{"usedMicros":%.0f,"call":"%s","session":%s}', micros, ARGV[2], encode_fields(record, fields))
end

local function read(sid)
  local text = redis.call('GET', session_key(sid))
  if not text then return end
  local stored = cjson.decode(text)
  return stored.session, text, stored
end

local changed = false

-- A user without permission to publish keeps its write: pcall returns the error.
local function publish() redis.pcall('PUBLISH', ARGV[#ARGV], string.match(index, '{([^{}]*)}:u$')) end

-- Removes expired entries from an index. The index expires with the entry that lives longest.
local function tidy(set)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', '(' .. whole(now))
  local last = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2]
  if last == 'inf' then redis.call('PERSIST', set)
  elseif last then redis.call('PEXPIREAT', set, whole(tonumber(last) + 1)) end
end

local function tidy_index() tidy(index) end

local function set_for(key, value, lifetime)
  if lifetime then redis.call('SET', key, value, 'PX', whole(lifetime)) else redis.call('SET', key, value) end
end

-- The index of notes has the ends of the keys that hold them.
local function list_note(key, lifetime)
  local notes = string.sub(index, 1, -2) .. 'n'
  redis.call('ZADD', notes, lifetime and whole(now + lifetime) or '+inf', string.sub(key, #index))
  tidy(notes)
end

local function noted(note, name, json)
  return string.format('{"createdMicros":%.0f,"note":%s,"%s":%s}', micros, cjson.encode(note), name, json)
end

-- A note is stored for as long as the record of the session would have stayed.
local function keep_note(sid, note)
  local record, left = read(sid), redis.call('PTTL', session_key(sid))
  if not record or left == 0 then return end
  local lifetime = left > 0 and left or nil
  local session = encode_fields(record, { 'sid', 'openedAt', 'lastUsedAt', 'expiresAt', 'device' })
  set_for(note_key(sid), noted(note, 'session', session), lifetime)
  list_note(note_key(sid), lifetime)
end

local function end_session(sid, note)
  if note then keep_note(sid, note) end
  if redis.call('DEL', session_key(sid)) == 1 then changed = true end
  redis.call('ZREM', index, sid)
end

-- Denies for so many milliseconds, without a number for ever. Never shortens a denial, and keeps its first note.
local function deny(key, lifetime, note)
  if lifetime and lifetime <= 0 then return end
  local left, value = redis.call('PTTL', key), redis.call('GET', key)
  local is_long_enough = left == -1 or (lifetime and left >= lifetime)
  local has_note = value and value ~= '1'
  if has_note then note = nil end
  if is_long_enough then
    if not note then return end
    lifetime = left > 0 and left or nil
  end
  changed = true
  if note then value = noted(note, 'jti', cjson.encode(string.sub(key, #index + 2))) end
  set_for(key, value or '1', lifetime)
  if note or has_note then list_note(key, lifetime) end
end
`;

/** The part that `openSession` and `present` share: `tokenArguments()` follow the session id. */
export const RENEWAL = `
local sid = ARGV[3]
local token_id, issued_at, csrf, lifetime = text_or_nil(ARGV[4]), tonumber(ARGV[5]), text_or_nil(ARGV[6]), tonumber(ARGV[7])
local max_age, leeway = tonumber(ARGV[8]), tonumber(ARGV[9])

-- SET comes first: it is the command that a server without memory refuses, and then nothing has been written.
local function store(record)
  local ends = record.expiresAt and record.expiresAt + leeway
  if ends then redis.call('SET', session_key(sid), encode(record), 'PX', whole(ends - now))
  else redis.call('SET', session_key(sid), encode(record)) end
  redis.call('ZADD', index, ends and whole(ends) or '+inf', sid)
  tidy_index()
  changed = true
end

-- Gives the session its next refresh token. Ends a session that has no time left.
local function renew(record)
  local remaining = lifetime
  if max_age then remaining = math.min(lifetime or math.huge, record.openedAt + max_age - now) end
  if remaining and remaining <= 0 then
    end_session(sid)
    return false
  end
  record.currentId = token_id
  record.issuedAt = issued_at
  record.csrf = csrf
  record.refreshExpires = remaining and issued_at + math.floor(remaining / 1000)
  record.expiresAt = remaining and now + remaining
  record.lastUsedAt = now
  store(record)
  return true
end

-- Ends the least recently used of the other sessions until the subject has no more than max_sessions.
local function limit(max_sessions)
  if not max_sessions or redis.call('ZCARD', index) <= max_sessions then return end
  local others = {}
  for _, other in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local _, _, stored = read(other)
    if not stored then redis.call('ZREM', index, other)
    elseif other ~= sid then others[#others + 1] = stored end
  end
  table.sort(others, function(a, b) return a.usedMicros < b.usedMicros end)
  for position = 1, #others + 1 - max_sessions do end_session(others[position].session.sid) end
  tidy_index()
end
`;
