import { ENDINGS } from './redis-script-endings.js';

/** How many sessions one script ends or reads, so that Redis answers other clients soon. */
export const MOST_SESSIONS = 200;

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

-- The index has the sessions by the time at which their records expire, the order has them by their last use.
local index = KEYS[1]
local base = string.sub(index, 1, -2)
local order = base .. 'o'
local most = ${MOST_SESSIONS}
local fields = { 'sid', 'currentId', 'parentId', 'rotatedAt', 'issuedAt', 'refreshExpires', 'csrf', 'openedAt',
  'lastUsedAt', 'expiresAt', 'device' }

local function whole(number) return string.format('%.0f', math.ceil(number)) end
local function text_or_nil(argument) if argument ~= '' then return string.sub(argument, 2) end end
local function session_key(sid) return base .. 's:' .. sid end
local function note_key(sid) return base .. 'e:' .. sid end

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
  local generation = record.generation > 0 and string.format('"generation":%.0f,', record.generation) or ''
  return string.format('{%s"usedMicros":%.0f,"call":"%s","session":%s}', generation, record.used, record.call,
    encode_fields(record, fields))
end

local function read_stored(sid)
  local text = redis.call('GET', session_key(sid))
  if text then return cjson.decode(text), text end
end
${ENDINGS}
-- A session that has not ended.
local function read(sid)
  local stored, text = read_stored(sid)
  if not stored or is_ended(stored) then return end
  local record = stored.session
  record.generation, record.used, record.call = stored.generation or 0, stored.usedMicros, stored.call
  return record, text
end

local changed = false

-- A user without permission to publish keeps its write: pcall returns the error.
local function publish() redis.pcall('PUBLISH', ARGV[#ARGV], string.match(index, '{([^{}]*)}:u$')) end

-- Sets expire with the entry of the first one that lives longest.
local function expire_with_last(...)
  local last = redis.call('ZRANGE', (...), -1, -1, 'WITHSCORES')[2]
  for _, set in ipairs({ ... }) do
    if last == 'inf' then redis.call('PERSIST', set)
    elseif last then redis.call('PEXPIREAT', set, whole(tonumber(last) + 1)) end
  end
end

-- Takes sessions out of the index and the order.
local function forget(...)
  redis.call('ZREM', index, ...)
  redis.call('ZREM', order, ...)
end

-- Forgets sessions that have expired.
local function tidy_index()
  local expired = redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. whole(now), 'LIMIT', 0, most)
  if #expired > 0 then forget(unpack(expired)) end
  expire_with_last(index, order)
end

local function set_for(key, value, lifetime)
  if lifetime then redis.call('SET', key, value, 'PX', whole(lifetime)) else redis.call('SET', key, value) end
end

-- The index of notes has the ends of the keys that hold them.
local function list_note(key, lifetime)
  local notes = base .. 'n'
  redis.call('ZADD', notes, lifetime and whole(now + lifetime) or '+inf', string.sub(key, #index))
  -- Two for each that comes: all that have expired can be too many for one script.
  local expired = redis.call('ZRANGEBYSCORE', notes, '-inf', '(' .. whole(now), 'LIMIT', 0, 2)
  if #expired > 0 then redis.call('ZREM', notes, unpack(expired)) end
  expire_with_last(notes)
end

local function noted(note, name, json)
  return string.format('{"createdMicros":%.0f,"note":%s,"%s":%s}', micros, cjson.encode(note), name, json)
end

-- A note is stored for as long as the record of the session would have stayed.
local function keep_note(sid, note)
  local stored, left = read_stored(sid), redis.call('PTTL', session_key(sid))
  if not stored or left == 0 then return end
  local lifetime = left > 0 and left or nil
  local session = encode_fields(stored.session, { 'sid', 'openedAt', 'lastUsedAt', 'expiresAt', 'device' })
  set_for(note_key(sid), noted(note, 'session', session), lifetime)
  list_note(note_key(sid), lifetime)
end

local function end_session(sid, note)
  if note then keep_note(sid, note) end
  if redis.call('DEL', session_key(sid)) == 1 then changed = true end
  forget(sid)
end

local function exists(sid)
  if read_endings().past then return read(sid) ~= nil end
  return redis.call('EXISTS', session_key(sid)) == 1
end

-- Ends the least recently used sessions, except one, until the subject has no more than max_sessions. It looks at some of them
-- only. Returns whether there are still too many, and 'ended' if sessions have ended; nothing without max_sessions.
local function limit(max_sessions, except)
  if not max_sessions then return false end
  local over = redis.call('ZCARD', index) - max_sessions
  if over <= 0 then return false, '' end
  local others = {}
  for _, sid in ipairs(redis.call('ZRANGE', order, 0, most)) do
    if not exists(sid) then
      forget(sid)
      over = over - 1
    elseif sid ~= except then others[#others + 1] = sid end
  end
  for position = 1, math.min(over, #others) do end_session(others[position]) end
  tidy_index()
  return over > #others and #others > 0, over > 0 and #others > 0 and 'ended' or ''
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
  -- Later than the last use of every other session, even if the clock was put back.
  local last = redis.call('ZRANGE', order, -1, -1, 'WITHSCORES')[2]
  record.used = math.max(micros, last and tonumber(last) + 1 or 0)
  record.call = ARGV[2]
  if ends then redis.call('SET', session_key(sid), encode(record), 'PX', whole(ends - now))
  else redis.call('SET', session_key(sid), encode(record)) end
  redis.call('ZADD', index, ends and whole(ends) or '+inf', sid)
  redis.call('ZADD', order, string.format('%.0f', record.used), sid)
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
`;
