import { createHash } from 'node:crypto';
import { MANY_ENDINGS } from './redis-script-endings.js';
import { CLOCK, PRELUDE, RENEWAL } from './redis-script-parts.js';
import { QUICK_ROTATION } from './redis-script-rotation.js';

// The scripts decide as src/stores/session-decisions.ts does: both pass the cases of test/revocation/decisions.

/** A Lua script, and the hash under which a server stores it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/**
 * KEYS: those of `indexKeys()`, session. ARGV from 9: device, most sessions, `1` if the session must exist. Returns outcome,
 * record, `more` if `SWEEP` has work, and with a limit `ended` if it has ended sessions.
 */
export const OPEN = write(`${RENEWAL}
local device, max_sessions, must_exist = text_or_nil(ARGV[9]), tonumber(ARGV[10]), ARGV[11] == '1'
local record
if must_exist then
  record = read(sid)
  if not record then return { 'unknown' } end
  record.rotatedAt = nil
else
  record = { sid = sid, openedAt = now, device = device, generation = read_endings().generation }
end
local text = renew(record)
if not text then return { 'unknown' } end
local has_more, ended = false, nil
if not must_exist then has_more, ended = limit(max_sessions, sid) end
return { 'opened', text, (has_more or has_remains()) and 'more' or '', ended }
`);

/**
 * KEYS: those of `indexKeys()`, session. `ARGV[4]` is empty if the token is only checked. ARGV from 9: the presented `jti` as the
 * beginning of a record, grace. Only if the token may be adopted, also the key of the denied `jti`, `iat`, how long to deny,
 * most sessions. Returns the same as `OPEN`.
 */
export const PRESENT = write(
  `${RENEWAL}
local presented, grace = cjson.decode(ARGV[9] .. '"":0}}').session.currentId, tonumber(ARGV[10])
local rotates, denied_key = token_text ~= '', KEYS[5]

local function rotate(record)
  record.rotatedAt = now
  local text = renew(record)
  return text and { 'rotated', text } or { 'unknown' }
end

local function may_adopt()
  if not denied_key or redis.call('EXISTS', denied_key) == 1 then return false end
  local cut_off = read_endings().cutOff
  return not cut_off or tonumber(ARGV[11]) > math.floor(cut_off / 1000)
end

-- The key of a call that found a reuse, for the case that the same call comes again.
local reuse = base .. 'r:' .. ARGV[2]

local record, text = read(sid)
if not record then
  if redis.call('EXISTS', reuse) == 1 then return { 'reused' } end
  if not may_adopt() then return { 'unknown' } end
  local answer = rotate({ sid = sid, openedAt = now, generation = read_endings().generation })
  if answer[1] == 'rotated' then
    deny(denied_key, tonumber(ARGV[12]))
    local has_more, ended = limit(tonumber(ARGV[13]), sid)
    answer[3], answer[4] = has_more and 'more' or '', ended
  end
  return answer
end
-- The token is rotated already, by the quick rotation, or by this call if the connection broke before the answer.
if rotates and record.call == ARGV[2] and string.sub(text, 1, #token_text) == token_text then
  local expires_at = tonumber(record.expiresAt)
  list(expires_at and expires_at + leeway)
  return { 'rotated', text }
end
if record.currentId == presented then
  if rotates then return rotate(record) end
  return { 'current', text }
end
-- A clock that was put back does not revive a grace of 0.
if record.parentId == presented and grace > 0 and now - record.rotatedAt < grace then return { 'repeated', text } end
end_session(sid)
tidy_index()
-- After the deadline the call would be too late. The end of the session does not depend on free memory, so this must not fail.
redis.pcall('SET', reuse, '1', 'PX', whole(tonumber(ARGV[1]) - now + 1))
return { 'reused' }
`,
  QUICK_ROTATION,
);

/** KEYS: those of `indexKeys()`, session. ARGV[3]: the session. ARGV[4]: a note. Returns `done`. */
export const END = write(`
changed = true
end_session(ARGV[3], read(ARGV[3]) and text_or_nil(ARGV[4]))
tidy_index()
return { 'done' }
`);

/**
 * KEYS: those of `indexKeys()`. ARGV[3]: the time, empty for now. ARGV[4]: a session that does not end. ARGV[5]: a note. Returns
 * `done`; `more` if `SWEEP` must remove the records; `busy` if `SWEEP` must first remove those of another call.
 */
export const END_ALL = write(`${MANY_ENDINGS}
local before, except, note = tonumber(ARGV[3]), text_or_nil(ARGV[4]), text_or_nil(ARGV[5])
-- "Now" ends all sessions, even those that a server with another clock opened.
local ends_all = not before or before >= now
if ends_all then before = now end
local ends = read_endings()
if not ends_all and ends.past and before < ends.past.before then return { 'busy' } end
changed = true
local is_many = redis.call('ZCARD', index) > most
if is_many then
  ends.generation = ends.generation + 1
  if ends_all then doom_all(except) else doom_past(before, except) end
else
  for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    if sid ~= except then
      local record = read(sid)
      if not record or ends_all or record.openedAt <= before then end_session(sid, record and note) end
    end
  end
end
ends.cutOff = math.max(ends.cutOff or 0, before)
write_endings()
tidy_index()
return { is_many and 'more' or 'done' }
`);

/**
 * Removes records of sessions that have ended, or ends some sessions beyond a limit. KEYS: those of `indexKeys()`. ARGV[3]: a note.
 * ARGV[4]: most sessions. ARGV[5], ARGV[6]: where to go on. Returns `more` and where to go on, or `done`.
 */
export const SWEEP = write(`${MANY_ENDINGS}
local note, max_sessions = text_or_nil(ARGV[3]), tonumber(ARGV[4])
local ends = read_endings()
local after, generation = ARGV[5], ARGV[6]
local has_more = true
if #ends.doomed > 0 then remove_doomed(note)
elseif ends.past then after, generation = remove_past(after, generation, note)
else has_more = limit(max_sessions) end
tidy_index()
-- No process remembers an answer about a session that was refused before. A limit revokes something.
changed = changed and #ends.doomed == 0 and not ends.past
return { has_more and 'more' or 'done', after, generation }
`);

/**
 * Reads some sessions, the last used one first. KEYS: those of `indexKeys()`. ARGV: where to begin, how many. Returns the value of
 * the cut-off's key, where to go on (empty: nowhere), and the records.
 */
export const LIST = script(`
local base = string.sub(KEYS[1], 1, -2)
local most = tonumber(ARGV[2])
local found = redis.call('ZREVRANGEBYSCORE', base .. 'o', ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
local answer = { redis.call('GET', base .. 'c'), #found > most * 2 and found[most * 2] or '' }
for position = 1, math.min(#found, most * 2), 2 do
  answer[#answer + 1] = redis.call('GET', base .. 's:' .. found[position])
end
return answer
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

/** A script that writes to a subject, and publishes the subject if something may have changed. `quick` can answer first. */
function write(body: string, quick = ''): RedisScript {
  return script(`${CLOCK}${quick}${PRELUDE}
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
