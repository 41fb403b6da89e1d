import { ENDINGS } from './redis-script-endings.js';

/** How many sessions one script ends or reads, so that Redis answers other clients soon. */
export const MOST_SESSIONS = 200;

/** The part of its life for which a session stays in the index after its end. */
const LISTING_RESERVE = 16;

/** The first lines of all scripts that write: the time of the server, and whether the call comes too late. */
export const CLOCK = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
if now > tonumber(ARGV[1]) then return { 'late' } end
`;

/**
 * The functions of all scripts that write. `KEYS[1]` is the index of the subject's sessions; its name without the last character
 * begins the keys of the sessions. `ARGV[1]` is the deadline, `ARGV[2]` names the call, the last argument is the channel for changes.
 *
 * An argument that is absent is an empty string. A text follows an equals sign, since it can be empty itself. Numbers are
 * written with `string.format`: Lua's own conversion has 14 digits only.
 */
export const PRELUDE = `
-- The index has the sessions by a time at which their records have expired, the order has them by their last use.
local index = KEYS[1]
local base = string.sub(index, 1, -2)
local order = base .. 'o'
local most = ${MOST_SESSIONS}

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
  return table.concat(parts, ',')
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
  record.generation, record.call = stored.generation, stored.call
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
  set_for(note_key(sid), noted(note, 'session', '{' .. session .. '}'), lifetime)
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

/**
 * The part that `openSession` and `present` share: `tokenArguments()` follow the session id.
 *
 * The value of a session's key is JSON with its members in a fixed order, so that `QUICK_ROTATION` need not parse it. The token
 * comes first, as the caller wrote it.
 */
export const RENEWAL = `
local sid, token_text, issued_at, lifetime = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local max_age, leeway = tonumber(ARGV[7]), tonumber(ARGV[8])

-- A later time than the record needs: while it lasts, a rotation writes neither to the index nor when the sets expire.
local function listing_time(ends) return ends and whole(ends + (ends - now) / ${LISTING_RESERVE}) or '+inf' end

local function encode(record)
  return string.format('%s%s},"generation":%.0f,"call":"%s"}', token_text, encode_fields(record,
    { 'rotatedAt', 'lastUsedAt', 'refreshExpires', 'expiresAt', 'sid', 'openedAt', 'device' }), record.generation,
    ARGV[2])
end

-- Later than the last use of every other session, even if the clock was put back.
local function list(ends)
  local last = redis.call('ZRANGE', order, -1, -1, 'WITHSCORES')[2]
  redis.call('ZADD', index, listing_time(ends), sid)
  redis.call('ZADD', order, whole(math.max(micros, last and tonumber(last) + 1 or 0)), sid)
  tidy_index()
end

-- SET comes first: it is the command that a server without memory refuses, and then nothing has been written.
local function store(record)
  local ends = record.expiresAt and record.expiresAt + leeway
  local text = encode(record)
  set_for(session_key(sid), text, ends and ends - now)
  list(ends)
  changed = true
  return text
end

-- Gives the session its next refresh token, and returns its text. Ends a session that has no time left.
local function renew(record)
  local ends = lifetime and now + lifetime
  if max_age then ends = math.min(ends or math.huge, record.openedAt + max_age) end
  if ends and ends <= now then
    end_session(sid)
    return
  end
  record.refreshExpires = ends and issued_at + math.floor((ends - now) / 1000)
  record.expiresAt = ends
  record.lastUsedAt = now
  return store(record)
end
`;
