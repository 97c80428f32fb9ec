-- wrk sends each line of a file in turn, with an id of its own in the place for it.
local bodies, count, prefix = {}, 0, ''

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  prefix = args[2]
end

function request()
  count = count + 1
  local id = prefix .. '-' .. count
  local body = bodies[count % #bodies + 1]:gsub('%[<id>%]', id)
  return wrk.format('POST', nil, nil, body)
end
