-- Wireshark dissector of the IoMT protocol, version 1: what is in the clear.
--
--   wireshark -X lua_script:iomt.lua            or copy it into the folder of personal Lua plugins
--   tshark -X lua_script:iomt.lua -d udp.port==7001,iomt -r capture.pcapng
--
-- UDP and TCP: Decode As "IoMT", or set the port in the preferences. Bluetooth LE: values of the carrier's two
-- characteristics are put together. No key, no decryption: kinds, routes, counters, receipts, headers of handshakes.
-- The specification's chapters "frames", "receipts", "pairing" and "carriers" draw every byte.

local MAX_DATAGRAM = 1232

local iomt = Proto("iomt", "IoMT Protocol")
local iomt_ble = Proto("iomt_ble", "IoMT Fragment")
local iomt_tcp = Proto("iomt_tcp", "IoMT Stream")

local KINDS = { [0] = "frame", "receipt", "handshake", "refused" }
local SPACES = { [0] = "data", "alarm", "control", "command" }
local MODELS = {
    "label with a key", "label secret", "passcode", "numeric comparison", "factory keys", "reconnection",
}
local CPACE = 0x40

local f = {
    kind = ProtoField.uint8("iomt.kind", "Kind", base.DEC, KINDS, 0xC0),
    space = ProtoField.uint8("iomt.space", "Space", base.DEC, SPACES, 0x30),
    has_locator = ProtoField.bool("iomt.has_locator", "Locator", 8, nil, 0x08),
    has_salt = ProtoField.bool("iomt.has_salt", "Salt", 8, nil, 0x04),
    version = ProtoField.uint8("iomt.version", "Version", base.DEC, nil, 0x03),
    locator = ProtoField.bytes("iomt.locator", "Locator"),
    salt = ProtoField.bytes("iomt.salt", "Salt"),
    counter = ProtoField.uint24("iomt.counter", "Counter"),
    ciphertext = ProtoField.bytes("iomt.ciphertext", "Ciphertext"),
    tag = ProtoField.bytes("iomt.tag", "Tag"),
    echo = ProtoField.uint24("iomt.receipt.echo", "Echo"),
    time = ProtoField.absolute_time("iomt.receipt.time", "Server time", base.UTC),
    wait = ProtoField.uint32("iomt.receipt.wait", "Wait, ms"),
    count = ProtoField.uint32("iomt.receipt.count", "Entries"),
    entry = ProtoField.bytes("iomt.receipt.entry", "Entry"),
    epoch = ProtoField.bytes("iomt.receipt.epoch", "Epoch"),
    entry_space = ProtoField.uint8("iomt.receipt.space", "Space", base.DEC, SPACES),
    floor = ProtoField.uint32("iomt.receipt.floor", "Floor"),
    range = ProtoField.string("iomt.receipt.range", "Range"),
    field = ProtoField.bytes("iomt.receipt.field", "Field"),
    proof = ProtoField.bytes("iomt.receipt.proof", "Proof"),
    suite = ProtoField.uint8("iomt.handshake.suite", "Suite"),
    model = ProtoField.uint8("iomt.handshake.model", "Model", base.DEC, MODELS),
    step = ProtoField.uint8("iomt.handshake.step", "Step", base.HEX),
    connection = ProtoField.bytes("iomt.handshake.connection", "Connection"),
    hint = ProtoField.bytes("iomt.handshake.hint", "Hint"),
    mac1 = ProtoField.bytes("iomt.handshake.mac1", "MAC1"),
    message = ProtoField.bytes("iomt.handshake.message", "Message"),
    reference = ProtoField.bytes("iomt.refused.reference", "Reference"),
}
iomt.fields = f

local malformed = ProtoExpert.new("iomt.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)
iomt.experts = { malformed }

local g = {
    number = ProtoField.uint8("iomt_ble.message", "Message number"),
    last = ProtoField.bool("iomt_ble.last", "Last", 8, nil, 0x80),
    index = ProtoField.uint8("iomt_ble.index", "Index", base.DEC, nil, 0x7F),
    data = ProtoField.bytes("iomt_ble.data", "Data"),
}
iomt_ble.fields = g

local length = ProtoField.uint16("iomt_tcp.length", "Length")
iomt_tcp.fields = { length }

iomt.prefs.udp_port = Pref.uint("UDP port", 0, "0: none; no port is registered")
iomt.prefs.tcp_port = Pref.uint("TCP port", 0, "0: none; no port is registered")

-- ---- a reader that raises what is wrong as a string

local Reader = {}
Reader.__index = Reader

local function reader(tvb, at, stop)
    return setmetatable({ tvb = tvb, at = at, stop = stop or tvb:len() }, Reader)
end

function Reader:left()
    return self.stop - self.at
end

function Reader:take(count)
    if self:left() < count then error("truncated", 0) end
    local range = self.tvb(self.at, count)
    self.at = self.at + count
    return range
end

-- The value, and where it stands. Beyond 2^53 it is not exact, which nothing here needs.
function Reader:varint()
    local start, value, factor = self.at, 0, 1
    for group = 0, 9 do
        local byte = self:take(1):uint()
        value = value + (byte % 128) * factor
        factor = factor * 128
        if byte < 128 then
            if byte == 0 and group > 0 then error("over-long varint", 0) end
            return value, self.tvb(start, self.at - start)
        end
    end
    error("varint above 64 bits", 0)
end

local function hex(range)
    return tostring(range:bytes()):lower()
end

-- ---- packets

local function frame(tree, byte0, r)
    local space = SPACES[byte0:bitfield(2, 2)]
    local has_locator, has_salt = byte0:bitfield(4, 1) == 1, byte0:bitfield(5, 1) == 1
    tree:add(f.space, byte0)
    tree:add(f.has_locator, byte0)
    tree:add(f.has_salt, byte0)
    if has_salt and not has_locator then error("a salt without a locator", 0) end
    local form = "short"
    if has_locator then
        form = "routed"
        tree:add(f.locator, r:take(8))
    end
    if has_salt then
        form = "unproved"
        tree:add(f.salt, r:take(16))
    end
    local counter = r:take(3)
    tree:add_le(f.counter, counter)
    if counter:le_uint() == 0xFFFFFF then error("the counter that means none", 0) end
    if r:left() < 16 then error("truncated", 0) end
    if r:left() > 16 then tree:add(f.ciphertext, r:take(r:left() - 16)) end
    tree:add(f.tag, r:take(16))
    return ("%s frame, %s, counter %d"):format(form, space, counter:le_uint())
end

local function entry(tree, r)
    local start = r.at
    local branch = tree:add(f.entry, r.tvb(start, 1))
    branch:add(f.epoch, r:take(8))
    local space = r:take(1)
    branch:add(f.entry_space, space)
    if space:uint() > 1 then error("an entry of another space than data and alarm", 0) end
    local floor, at = r:varint()
    branch:add(f.floor, at, floor)
    local ranges, last = r:varint(), floor
    for _ = 1, ranges do
        local from = r.at
        local gap, len = r:varint(), r:varint()
        if gap == 0 or len == 0 then error("a gap or length of zero", 0) end
        local first = last + gap
        last = first + len
        branch:add(f.range, r.tvb(from, r.at - from), ("%d to %d"):format(first, last - 1))
    end
    branch:set_len(r.at - start)
    branch:set_text(("Entry: %s, all below %d, and %d ranges"):format(SPACES[space:uint()], floor, ranges))
end

local function receipt(tree, byte0, r)
    if byte0:bitfield(2, 4) ~= 0 then error("a reserved bit is in use", 0) end
    tree:add(f.locator, r:take(8))
    if r:left() < 16 then error("truncated", 0) end
    local proof = r.tvb(r.stop - 16, 16)
    r.stop = r.stop - 16
    local echo = r:take(3)
    local says = echo:le_uint() == 0xFFFFFF and "no echo" or "echo of control " .. echo:le_uint()
    tree:add_le(f.echo, echo):append_text(says == "no echo" and " (none)" or "")
    local ms, at = r:varint()
    tree:add(f.time, at, NSTime.new(math.floor(ms / 1000), ms % 1000 * 1000000))
    local wait, place = r:varint()
    tree:add(f.wait, place, wait)
    local count, where = r:varint()
    tree:add(f.count, where, count)
    for _ = 1, count do entry(tree, r) end
    while r:left() > 0 do
        local start = r.at
        r:varint()
        local len = r:varint()
        r:take(len)
        tree:add(f.field, r.tvb(start, r.at - start))
    end
    tree:add(f.proof, proof)
    return ("receipt, %s, %d entries"):format(says, count)
end

local function handshake(tree, byte0, r)
    if byte0:bitfield(2, 4) ~= 0 then error("a reserved bit is in use", 0) end
    tree:add(f.suite, r:take(1))
    local model, step = r:take(1), r:take(1)
    tree:add(f.model, model)
    tree:add(f.step, step)
    if step:uint() == 0 then error("a step of zero", 0) end
    tree:add(f.connection, r:take(8))
    tree:add(f.hint, r:take(8))
    if step:uint() == 1 then tree:add(f.mac1, r:take(16)) end
    if r:left() > 0 then tree:add(f.message, r:take(r:left())) end
    local name = MODELS[model:uint()] or "model " .. model:uint()
    if step:uint() > CPACE then return ("CPace message %d, %s"):format(step:uint() - CPACE, name) end
    if step:uint() == 1 then return "hello, " .. name end
    return ("handshake message %d, %s"):format(step:uint(), name)
end

local function refused(tree, byte0, r)
    if byte0:bitfield(2, 4) ~= 0 then error("a reserved bit is in use", 0) end
    local reference = r:take(8)
    tree:add(f.reference, reference)
    if r:left() > 0 then error("trailing bytes", 0) end
    return "refused, " .. hex(reference)
end

local PARSERS = { [0] = frame, receipt, handshake, refused }

function iomt.dissector(tvb, pinfo, root)
    pinfo.cols.protocol = "IoMT"
    local tree = root:add(iomt, tvb())
    local ok, says = pcall(function()
        if tvb:len() > MAX_DATAGRAM then error("above 1,232 bytes", 0) end
        local r = reader(tvb, 0)
        local byte0 = r:take(1)
        tree:add(f.kind, byte0)
        tree:add(f.version, byte0)
        if byte0:bitfield(6, 2) ~= 1 then error("version " .. byte0:bitfield(6, 2), 0) end
        return PARSERS[byte0:bitfield(0, 2)](tree, byte0, r)
    end)
    if not ok then
        says = "malformed: " .. tostring(says)
        tree:add_proto_expert_info(malformed, says)
    end
    pinfo.cols.info = says
    tree:append_text(", " .. says)
    return tvb:len()
end

-- ---- Bluetooth LE: datagrams in fragments

local parts, whole = {}, {}

-- Keeps what a packet has completed, as it is dissected more than once and in any order then.
local function reassemble(pinfo, key, number, index, is_last, data)
    if pinfo.visited then return whole[pinfo.number] end
    local part = parts[key]
    if index == 0 then
        part = { number = number, next = 0, bytes = ByteArray.new() }
        if not is_last then parts[key] = part end
    end
    if not part or part.number ~= number or part.next ~= index then return nil end
    part.bytes:append(data:bytes())
    part.next = index + 1
    if is_last then
        whole[pinfo.number] = part.bytes
        if parts[key] == part then parts[key] = nil end
    end
    return whole[pinfo.number]
end

function iomt_ble.init()
    parts, whole = {}, {}
end

function iomt_ble.dissector(tvb, pinfo, root)
    if tvb:len() < 3 then return 0 end
    local tree = root:add(iomt_ble, tvb())
    local second = tvb(1, 1)
    local number, index, is_last = tvb(0, 1):uint(), second:bitfield(1, 7), second:bitfield(0, 1) == 1
    tree:add(g.number, tvb(0, 1))
    tree:add(g.last, second)
    tree:add(g.index, second)
    tree:add(g.data, tvb(2))
    pinfo.cols.protocol = "IoMT"
    pinfo.cols.info = ("fragment %d of message %d"):format(index, number)
    local key = tostring(pinfo.src) .. ">" .. tostring(pinfo.dst)
    local bytes = reassemble(pinfo, key, number, index, is_last, tvb(2))
    if bytes then iomt.dissector(bytes:tvb("IoMT datagram"), pinfo, root) end
    return tvb:len()
end

-- ---- streams: each datagram behind its length

local function pdu_len(tvb, _, offset)
    return 2 + tvb(offset, 2):uint()
end

local function pdu(tvb, pinfo, root)
    root:add(iomt_tcp, tvb(0, 2)):add(length, tvb(0, 2))
    if tvb:len() > 2 then iomt.dissector(tvb(2):tvb(), pinfo, root) end
    return tvb:len()
end

function iomt_tcp.dissector(tvb, pinfo, root)
    dissect_tcp_pdus(tvb, root, 2, pdu_len, pdu)
    return tvb:len()
end

-- ---- where they are found

local udp, tcp = DissectorTable.get("udp.port"), DissectorTable.get("tcp.port")
udp:add_for_decode_as(iomt)
tcp:add_for_decode_as(iomt_tcp)

local ports = { udp = 0, tcp = 0 }

function iomt.prefs_changed()
    if ports.udp ~= 0 then udp:remove(ports.udp, iomt) end
    if ports.tcp ~= 0 then tcp:remove(ports.tcp, iomt_tcp) end
    ports = { udp = iomt.prefs.udp_port, tcp = iomt.prefs.tcp_port }
    if ports.udp ~= 0 then udp:add(ports.udp, iomt) end
    if ports.tcp ~= 0 then tcp:add(ports.tcp, iomt_tcp) end
end

local uuids = DissectorTable.get("bluetooth.uuid")
for _, uuid in ipairs({ "e8064197-058c-439d-9e50-e4426b864ffc", "cd81d555-d622-4e73-9527-67a2ddde5319" }) do
    uuids:add(uuid, iomt_ble)
end
-- Values of characteristics without a radio around them, as the capture of the tests has them.
DissectorTable.get("wtap_encap"):add(wtap.USER0, iomt_ble)
