// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/sys.h"

namespace ringfence::exec::sys {

namespace {

// struct statx of include/uapi/linux/stat.h. Only some members are read.
struct Statx {
    std::uint32_t mask, block_size;
    std::uint64_t attributes;
    std::uint32_t links, uid, gid;
    std::uint16_t mode, spare0;
    std::uint64_t inode, size, blocks, attributes_mask;
    std::uint64_t times[8];
    std::uint32_t rdev_major, rdev_minor, device_major, device_minor;
    std::uint64_t rest[14];
};
static_assert(sizeof(Statx) == 256);

// struct __user_cap_header_struct, version 3, of this process.
constexpr std::uint32_t capability_header[2] = {0x20080522, 0};

}  // namespace

long identify(int fd, const char* path, FileIdentity* ret) {
    constexpr long at_empty_path = 0x1000;
    constexpr long type_mode_uid_gid_ino = 0x1 | 0x2 | 0x8 | 0x10 | 0x100;
    Statx st = {};
    const long r = call(__NR_statx, fd, address(path), path[0] == '\0' ? at_empty_path : 0,
                        type_mode_uid_gid_ino, address(&st));
    if (r < 0) return r;
    // $JOURNAL_STREAM has st_dev in the encoding of glibc's makedev().
    const std::uint64_t major = st.device_major;
    const std::uint64_t minor = st.device_minor;
    ret->device = ((major & ~std::uint64_t{0xfff}) << 32) | ((major & 0xfff) << 8) |
                  ((minor & ~std::uint64_t{0xff}) << 12) | (minor & 0xff);
    ret->inode = st.inode;
    ret->user = st.uid;
    ret->group = st.gid;
    ret->mode = st.mode;
    constexpr std::uint64_t attribute_mount_root = 0x2000;
    ret->is_mounted = (st.attributes & attribute_mount_root) != 0;
    return 0;
}

// The kernel writes its own version into a header whose version it does not know, so it gets a
// copy.
long get_capabilities(CapabilityWords (&ret)[2]) {
    std::uint32_t header[2] = {capability_header[0], capability_header[1]};
    return call(__NR_capget, address(header), address(ret));
}

long set_capabilities(const CapabilityWords (&words)[2]) {
    std::uint32_t header[2] = {capability_header[0], capability_header[1]};
    return call(__NR_capset, address(header), address(words));
}

}  // namespace ringfence::exec::sys
