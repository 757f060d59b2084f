-- KEYS: cells. ARGV[1], ARGV[2]: for how many seconds rows and tombstones are kept, 0 for ever. ARGV[3…]: their rows.
-- Per cell the greater row stays, as value.CompareRows orders them: by version, bytes 7 to 30, then bytewise. Versions are
-- read as four whole numbers of 48 bits, which doubles hold exactly; Lua's own < would order texts by the server's locale.
-- Returns how many cells were written, how many of them were not there, and which were written: cell i counts 2^(i-1), which
-- is exact for the 50 cells that a command has at most.
local call, unpack, byte = redis.call, struct.unpack, string.byte

local function greater(row, head, key)
  local a, b, c, d = unpack('>I6I6I6I6', row, 7)
  local e, f, g, h = unpack('>I6I6I6I6', head)
  if a ~= e then return a > e end
  if b ~= f then return b > f end
  if c ~= g then return c > g end
  if d ~= h then return d > h end
  local stored = call('GET', key)
  if row == stored then return false end
  for i = 1, math.min(#row, #stored) do
    local x, y = byte(row, i), byte(stored, i)
    if x ~= y then return x > y end
  end
  return #row > #stored
end

local written, new, which = 0, 0, 0
for i = 1, #KEYS do
  local key, row = KEYS[i], ARGV[i + 2]
  local head = call('GETRANGE', key, 6, 29)
  if #head < 24 and (head ~= '' or call('EXISTS', key) == 1) then
    return redis.error_reply('TRUEPOINT a stored value is no row')
  end
  if head == '' or greater(row, head, key) then
    local keep = ARGV[1]
    if byte(row, 2) == 1 then keep = ARGV[2] end
    if keep == '0' then
      call('SET', key, row)
    else
      call('SET', key, row, 'EX', keep)
    end
    written, which = written + 1, which + 2 ^ (i - 1)
    if head == '' then new = new + 1 end
  end
end
return {written, new, which}
