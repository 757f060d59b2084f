-- KEYS: cells. ARGV: their rows as they were seen. A cell goes if its row is still that, byte for byte.
-- Returns how many went, and how many were not there any more.
local removed, absent = 0, 0
for i = 1, #KEYS do
  local row = redis.call('GET', KEYS[i])
  if not row then
    absent = absent + 1
  elseif row == ARGV[i] then
    removed = removed + redis.call('DEL', KEYS[i])
  end
end
return {removed, absent}
