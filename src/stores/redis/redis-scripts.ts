import { createHash } from 'node:crypto';
import { PRELUDE, RENEWAL } from './redis-script-parts.js';

// The scripts decide as src/stores/session-decisions.ts does: both pass the cases of test/revocation/decisions.

/** A Lua script, and the hash under which a server stores it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/** KEYS: index, session. ARGV from 10: device, most sessions, `1` if the session must exist. Returns outcome and record. */
export const OPEN = write(`${RENEWAL}
local device, max_sessions, must_exist = text_or_nil(ARGV[10]), tonumber(ARGV[11]), ARGV[12] == '1'
local record
if must_exist then
  record = read(sid)
  if not record then return { 'unknown' } end
  record.parentId, record.rotatedAt = nil, nil
else
  record = { sid = sid, openedAt = now, device = device }
end
if not renew(record) then return { 'unknown' } end
if not must_exist then limit(max_sessions) end
return { 'opened', encode(record) }
`);

/**
 * KEYS: index, session, denied jti, cut-off. `ARGV[4]` is empty if the token is only checked. ARGV from 10: the presented
 * `jti`, grace; then of the adoption, if allowed: `iat`, how long to deny, most sessions. Returns outcome and record.
 */
export const PRESENT = write(`${RENEWAL}
local presented, grace = ARGV[10], tonumber(ARGV[11])
local adopt = { issued_at = tonumber(ARGV[12]), deny_for = tonumber(ARGV[13]), max_sessions = tonumber(ARGV[14]) }
local rotates = token_id ~= nil

local function rotate(record)
  record.parentId, record.rotatedAt = presented, now
  if not renew(record) then return { 'unknown' } end
  return { 'rotated', encode(record) }
end

local function may_adopt()
  if not adopt.issued_at or not rotates or redis.call('EXISTS', KEYS[3]) == 1 then return false end
  local cut_off = redis.call('GET', KEYS[4])
  return not cut_off or adopt.issued_at > math.floor(tonumber(cut_off) / 1000)
end

local record, text, stored = read(sid)
if not record then
  if not may_adopt() then return { 'unknown' } end
  local answer = rotate({ sid = sid, openedAt = now })
  if answer[1] == 'rotated' then
    deny(KEYS[3], adopt.deny_for)
    limit(adopt.max_sessions)
  end
  return answer
end
-- ioredis sends a command again if the connection broke before the answer: the same call has rotated the token already.
if stored.call == ARGV[2] then return { 'rotated', text } end
if record.currentId == presented then
  if rotates then return rotate(record) end
  return { 'current', text }
end
-- A clock that was put back does not revive a grace of 0.
if record.parentId == presented and grace > 0 and now - record.rotatedAt < grace then return { 'repeated', text } end
end_session(sid)
tidy_index()
return { 'reused' }
`);

/** KEYS: index, session. ARGV[3]: the session. ARGV[4]: a note. Returns `done`. */
export const END = write(`
changed = true
end_session(ARGV[3], text_or_nil(ARGV[4]))
tidy_index()
return { 'done' }
`);

/** KEYS: index, cut-off. ARGV[3]: the time, empty for now. ARGV[4]: a session that does not end. ARGV[5]: a note. Returns `done`. */
export const END_ALL = write(`
changed = true
local before, except, note = tonumber(ARGV[3]), text_or_nil(ARGV[4]), text_or_nil(ARGV[5])
-- "Now" ends all sessions, even those that a server with another clock opened.
local ends_all = not before or before >= now
if ends_all then before = now end
local cut_off = redis.call('GET', KEYS[2])
if not cut_off or tonumber(cut_off) < before then redis.call('SET', KEYS[2], string.format('%.17g', before)) end
for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  if sid ~= except then
    local record = not ends_all and read(sid)
    if not record or record.openedAt <= before then end_session(sid, note) end
  end
end
tidy_index()
return { 'done' }
`);

/** KEYS: index, denied jti. ARGV[3]: for how many milliseconds, empty for ever. ARGV[4]: a note. Returns `done`. */
export const DENY = write(`
changed = true
deny(KEYS[2], tonumber(ARGV[3]), text_or_nil(ARGV[4]))
return { 'done' }
`);

/**
 * KEYS: the marker. ARGV: the channel, a message, a value for a marker that does not exist. Returns the marker's value. Fails
 * if the user may not publish.
 */
export const MARK = script(`
local marker = redis.call('GET', KEYS[1])
if not marker then
  marker = ARGV[3]
  redis.call('SET', KEYS[1], marker)
end
local published = redis.pcall('PUBLISH', ARGV[1], ARGV[2])
if type(published) == 'table' then return redis.error_reply('NOPERM PUBLISH is refused: ' .. published.err) end
return { marker }
`);

/** A script that writes to a subject, and publishes the subject if something may have changed. */
function write(body: string): RedisScript {
  return script(`${PRELUDE}
local function run()
${body}
end

local answer = run()
if changed then publish() end
return answer
`);
}

function script(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
