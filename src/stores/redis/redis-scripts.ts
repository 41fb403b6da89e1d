import { createHash } from 'node:crypto';
import { PRELUDE, RENEWAL } from './redis-script-parts.js';

/** A Lua script, and the hash by which a server knows it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/** KEYS: index, session. ARGV from 10: device, most sessions, whether it has to be there. Answers outcome, record. */
export const OPEN = script(`${PRELUDE}${RENEWAL}
local record
if ARGV[12] == '1' then
  record = read(sid)
  if not record then return { 'unknown' } end
  record.parentId, record.rotatedAt = nil, nil
else
  record = { sid = sid, openedAt = now, device = text_or_nil(ARGV[10]) }
end
if not renew(record) then return { 'unknown' } end
if ARGV[12] ~= '1' then make_room(tonumber(ARGV[11])) end
return { 'opened', encode(record) }
`);

/**
 * KEYS: index, session, denied jti, cut-off. ARGV[4] is empty where nothing is consumed; from 10: the id that is presented,
 * grace, its iat where it may be adopted, for how long to deny it then, most sessions. Answers outcome, record.
 */
export const PRESENT = script(`${PRELUDE}${RENEWAL}
local presented = ARGV[10]
local consumes = ARGV[4] ~= ''

local function rotate(record)
  record.parentId, record.rotatedAt = presented, now
  if not renew(record) then return { 'unknown' } end
  return { 'rotated', encode(record) }
end

local function may_adopt(issued_at)
  if not issued_at or not consumes or redis.call('EXISTS', KEYS[3]) == 1 then return false end
  local cut_off = redis.call('GET', KEYS[4])
  return not cut_off or issued_at > math.floor(tonumber(cut_off) / 1000)
end

local record, text, stored = read(sid)
if not record then
  if not may_adopt(tonumber(ARGV[12])) then return { 'unknown' } end
  local answer = rotate({ sid = sid, openedAt = now })
  if answer[1] == 'rotated' then
    deny(KEYS[3], tonumber(ARGV[13]))
    make_room(tonumber(ARGV[14]))
  end
  return answer
end
-- ioredis sends a command once more when the connection broke before it was answered.
if stored.call == ARGV[2] then return { 'rotated', text } end
if record.currentId == presented then
  if consumes then return rotate(record) end
  return { 'current', text }
end
local grace = tonumber(ARGV[11])
-- At no time where it is 0, even if the clock was put back.
if record.parentId == presented and grace > 0 and now - record.rotatedAt < grace then return { 'repeated', text } end
finish(sid)
tidy_index()
return { 'reused' }
`);

/** KEYS: index, session. ARGV[3]: the session. Answers `done`. */
export const END = script(`${PRELUDE}
finish(ARGV[3])
tidy_index()
return { 'done' }
`);

/** KEYS: index, cut-off. ARGV[3]: the time, empty for now; ARGV[4]: the session to spare. Answers `done`. */
export const END_ALL = script(`${PRELUDE}
local before, spared = tonumber(ARGV[3]), text_or_nil(ARGV[4])
-- All are all, those too that a server with another clock opened.
local all = not before or before >= now
if all then before = now end
local cut_off = redis.call('GET', KEYS[2])
if not cut_off or tonumber(cut_off) < before then redis.call('SET', KEYS[2], string.format('%.17g', before)) end
for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  if sid ~= spared then
    local record = not all and read(sid)
    if not record or record.openedAt <= before then finish(sid) end
  end
end
tidy_index()
return { 'done' }
`);

/** KEYS: index, denied jti. ARGV[3]: for how long, empty for ever. Answers `done`. */
export const DENY = script(`${PRELUDE}
deny(KEYS[2], tonumber(ARGV[3]))
return { 'done' }
`);

function script(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
