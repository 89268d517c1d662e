-- An attacker sends this to the application with the hole. It runs inside nginx's worker process and
-- calls the C library through LuaJIT's FFI, so only the kernel can stop it.
local ffi = require "ffi"
ffi.cdef [[
    struct address { uint16_t family; uint16_t port; uint8_t ip[4]; char zero[8]; };
    int open(const char *path, int flags, ...);
    int socket(int domain, int type, int protocol);
    int bind(int fd, const struct address *address, unsigned size);
    int connect(int fd, const struct address *address, unsigned size);
    int kill(int pid, int signal);
    int posix_spawn(int *pid, const char *path, const void *actions, const void *attributes,
                    const char *const argv[], const char *const envp[]);
    int close(int fd);
    char *strerror(int error);
]]
local C = ffi.C
local O_RDONLY, O_WRONLY, O_WRONLY_CREAT, O_DIRECTORY = 0, 1, 65, 65536

local function loopback(port)
    local address = ffi.new("struct address")
    address.family = 2
    address.port = bit.bor(bit.lshift(bit.band(port, 255), 8), bit.rshift(port, 8))
    address.ip = {127, 0, 0, 1}
    return address, ffi.sizeof(address)
end

local function opened(path, flags)
    local fd = C.open(path, flags, ffi.cast("int", 384))
    if fd >= 0 then C.close(fd) end
    return fd
end

local function with_socket(call, port)
    local fd = C.socket(2, 1, 0)
    local result = call(fd, loopback(port))
    local errno = ffi.errno()
    C.close(fd)
    ffi.errno(errno)
    return result
end

local attempts = {
    {"read /etc/shadow", function() return opened("/etc/shadow", O_RDONLY) end},
    {"list /root", function() return opened("/root", O_DIRECTORY) end},
    {"create /etc/cron.d/backdoor", function() return opened("/etc/cron.d/backdoor", O_WRONLY_CREAT) end},
    {"open /etc/passwd to write", function() return opened("/etc/passwd", O_WRONLY) end},
    {"connect to redis (TCP 6379)", function() return with_socket(C.connect, 6379) end},
    {"listen on TCP port 4444", function() return with_socket(C.bind, 4444) end},
    {"signal PID 1", function() return C.kill(1, 0) end},
    {"run /bin/sh", function()
        local argv = ffi.new("const char *[4]", {"sh", "-c", "exit", nil})
        local error = C.posix_spawn(ffi.new("int[1]"), "/bin/sh", nil, nil, argv, argv + 3)
        ffi.errno(error)
        return -error
    end},
}
for _, attempt in ipairs(attempts) do
    local ok = attempt[2]() >= 0
    local reason = ok and "done" or ffi.string(C.strerror(ffi.errno()))
    ngx.say(attempt[1], "\t", reason)
end
