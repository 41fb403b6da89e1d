/**
 * The part of the scripts about sessions that end together. A script must not run for long, since Redis answers no other client
 * meanwhile. So a subject with many sessions gets a new generation: one small write ends all sessions of earlier generations, and
 * later scripts remove their records, a few at a time. The value of the cut-off's key holds both:
 *
 * - `cutOff`: its time. Without generations the value is only this number.
 * - `generation`: that of new sessions. A session without a generation has the generation 0.
 * - `all`: sessions of an earlier generation have ended.
 * - `past`: sessions of an earlier generation that were opened at or before `before` have ended.
 * - `doomed`: the generations whose sessions are still to be removed, each in a sorted set of its own.
 */
export const ENDINGS = `
local endings

local function read_endings()
  if endings then return endings end
  local text = redis.call('GET', base .. 'c')
  if text and string.sub(text, 1, 1) == '{' then endings = cjson.decode(text)
  else endings = { cutOff = text and tonumber(text), generation = 0, all = 0, doomed = {} } end
  return endings
end

local function write_endings()
  local past = endings.past
  local value = string.format('%.17g', endings.cutOff)
  if endings.generation > 0 then
    value = string.format('{"cutOff":%s,"generation":%.0f,"all":%.0f,"doomed":[%s]', value, endings.generation,
      endings.all, table.concat(endings.doomed, ','))
    if past then
      value = value .. string.format(',"past":{"generation":%.0f,"before":%.17g}', past.generation, past.before)
    end
    value = value .. '}'
  end
  redis.call('SET', base .. 'c', value)
end

-- Whether records of sessions that have ended are still to be removed.
local function has_remains()
  local ends = read_endings()
  return ends.past ~= nil or #ends.doomed > 0
end

local function is_ended(stored)
  local own, ends = stored.generation, read_endings()
  if own < ends.all then return true end
  local past = ends.past
  return past ~= nil and own < past.generation and stored.session.openedAt <= past.before
end

local function doomed_key(generation) return base .. 'x:' .. string.format('%.0f', generation) end
`;

/** The part of `END_ALL` and `SWEEP`: more sessions than one script may end. */
export const MANY_ENDINGS = `
-- Gives the session that does not end the generation of the ending.
local function spare(sid)
  if not sid then return false end
  local record, text = read(sid)
  if not record then return false end
  local left = redis.call('PTTL', session_key(sid))
  local spared = string.gsub(text, '"generation":%d+(,"call":"[^"]*"})$',
    string.format('"generation":%.0f%%1', endings.generation))
  set_for(session_key(sid), spared, left > 0 and left or nil)
  return true
end

-- Ends all sessions but one. Their index is renamed, so the subject has an empty one at once.
local function doom_all(except)
  local spared = spare(except)
  -- A server can have evicted the sets.
  local listed = spared and redis.call('ZSCORE', index, except) or '+inf'
  local used = spared and redis.call('ZSCORE', order, except) or whole(micros)
  endings.all, endings.past = endings.generation, nil
  endings.doomed[#endings.doomed + 1] = endings.generation
  redis.call('RENAME', index, doomed_key(endings.generation))
  redis.call('UNLINK', order)
  if not spared then return end
  redis.call('ZADD', index, listed, except)
  redis.call('ZADD', order, used, except)
end

-- Ends the sessions that were opened at or before a time, except one.
local function doom_past(before, except)
  spare(except)
  endings.past = { generation = endings.generation, before = before }
end

local function remove_doomed(note)
  local set = doomed_key(endings.doomed[1])
  for _, sid in ipairs(redis.call('ZRANGE', set, 0, most - 1)) do
    local stored = read_stored(sid)
    -- A session can have been spared, or opened again.
    if stored and is_ended(stored) then end_session(sid, note) end
  end
  redis.call('ZREMRANGEBYRANK', set, 0, most - 1)
  if redis.call('EXISTS', set) == 0 then
    table.remove(endings.doomed, 1)
    write_endings()
  end
end

-- A session that has ended is not used again, so it keeps its score in the order. Returns where to go on.
local function remove_past(after, generation, note)
  local past = endings.past
  if tonumber(generation) ~= past.generation then after = '-inf' end
  local found = redis.call('ZRANGEBYSCORE', order, after, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
  for position = 1, #found, 2 do
    local stored = read_stored(found[position])
    if not stored or is_ended(stored) then end_session(found[position], note) end
  end
  if #found < most * 2 then
    endings.past = nil
    write_endings()
  end
  return '(' .. (found[#found] or 'inf'), string.format('%.0f', past.generation)
end
`;
