// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/sys.h"

namespace ringfence::exec::sys {

namespace {

// struct statx of include/uapi/linux/stat.h, as far as it is read.
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

}  // namespace

long identify(int fd, const char* path, FileIdentity* ret) {
    constexpr long at_empty_path = 0x1000;
    constexpr long statx_type_mode_ino = 0x1 | 0x2 | 0x100;
    Statx st = {};
    const long r = call(__NR_statx, fd, address(path), path[0] == '\0' ? at_empty_path : 0,
                        statx_type_mode_ino, address(&st));
    if (r < 0) return r;
    // The encoding of st_dev that $JOURNAL_STREAM uses: that of glibc's makedev().
    const std::uint64_t major = st.device_major;
    const std::uint64_t minor = st.device_minor;
    ret->device = ((major & ~std::uint64_t{0xfff}) << 32) | ((major & 0xfff) << 8) |
                  ((minor & ~std::uint64_t{0xff}) << 12) | (minor & 0xff);
    ret->inode = st.inode;
    ret->mode = st.mode;
    return 0;
}

}  // namespace ringfence::exec::sys
