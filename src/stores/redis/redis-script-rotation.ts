/**
 * The first part of `PRESENT`. It answers for the current token of a session, which is nearly always the one that is presented. It
 * takes a quarter of the time of the part that follows: it cuts the text of the session instead of parsing it, and leaves the index
 * as it is. In all other cases it changes nothing, and the part that follows decides.
 *
 * No string in JSON contains a quote without a backslash, so none looks like the members that it finds. Patterns are slower
 * than plain texts, and `MGET` is slower than two times `GET`, since Lua makes a table for its answer.
 */
export const QUICK_ROTATION = `
local function quick()
  local call, find, cut, presented = redis.call, string.find, string.sub, ARGV[9]
  local text = call('GET', KEYS[4])
  if not text or cut(text, 1, #presented) ~= presented then return end
  -- Without a cut-off of the subject, or if it is only a time, the session has not ended.
  local cut_off = call('GET', KEYS[3])
  if cut_off and cut(cut_off, 1, 1) == '{' then return end
  if ARGV[4] == '' then return { 'current', text } end

  local ends_at = find(text, '"expiresAt":', #presented, true)
  local kept_at = find(text, ',"sid":', ends_at, true)
  local call_at = find(text, ',"call":', kept_at, true)
  -- 12 and 7 are lengths of the texts that were found.
  local ended = tonumber(cut(text, ends_at + 12, kept_at - 1))
  -- A server can have evicted the index. Without it, a log-out from all devices would not find the session.
  local listed = tonumber(call('ZSCORE', KEYS[1], ARGV[3]))
  if not ended or not listed then return end
  local issued_at, lifetime, max_age = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
  local ends = lifetime and now + lifetime
  if max_age then
    local opened = tonumber(string.match(text, ',"openedAt":([^,]+)', kept_at))
    ends = math.min(ends or math.huge, opened + max_age)
  end
  -- Other processes must hear of a session that ends earlier than before.
  if not ends or ends <= now or ends < ended then return end
  local stays = math.ceil(ends - now + tonumber(ARGV[8]))
  if now + stays > listed then return end
  -- The format %d is for whole numbers up to 2^53.
  if ends % 1 ~= 0 or issued_at % 1 ~= 0 or math.max(listed, math.abs(issued_at)) > 2^53 then return end

  local format = string.format
  text = ARGV[4] .. format('"rotatedAt":%d,"lastUsedAt":%d,"refreshExpires":%d,"expiresAt":%d', now, now,
    issued_at + math.floor((ends - now) / 1000), ends) .. cut(text, kept_at, call_at + 7) .. '"' .. ARGV[2] .. '"}'
  call('SET', KEYS[4], text, 'PX', format('%d', stays))
  -- If the server has evicted the order, the part that follows finds this call and lists the session again.
  if call('ZADD', KEYS[2], format('%d', micros), ARGV[3]) == 0 then return { 'rotated', text } end
end

local answer = quick()
if answer then return answer end
`;
