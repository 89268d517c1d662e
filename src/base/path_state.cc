// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/path_state.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/number.h"
#include "base/path.h"

namespace ringfence {

namespace {

// linux/magic.h, and those of file systems that are not in every kernel's headers.
enum : std::uint32_t {
    magic_overlay = 0x794c7630,
    magic_ext = 0xef53,
    magic_xfs = 0x58465342,
    magic_btrfs = 0x9123683e,
    magic_f2fs = 0xf2f52010,
    magic_bcachefs = 0xca451a4e,
    magic_zfs = 0x2fc12fc1,
    magic_tmpfs = 0x01021994,
    magic_ramfs = 0x858458f6,
    magic_squashfs = 0x73717368,
    magic_erofs = 0xe0f5e1e2,
};

// Others give a file a new number whenever they read it again (FAT, many network file systems,
// /proc), or have the times of another machine.
constexpr std::uint32_t lasting_file_systems[] = {
    magic_overlay, magic_ext,   magic_xfs,   magic_btrfs,    magic_f2fs,  magic_bcachefs,
    magic_zfs,     magic_tmpfs, magic_ramfs, magic_squashfs, magic_erofs,
};

bool means_missing(const std::error_code& error) {
    return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
           error == std::errc::too_many_symbolic_link_levels;
}

// The value of a line of /proc/self/fdinfo. 0 without such a line.
std::uint64_t number_in(const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        const std::size_t at = line.find_first_not_of("\t ", key.size());
        return at == std::string::npos ? 0 : parse_number(line.substr(at)).value_or(0);
    }
    return 0;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// "vda1" for 254:1. Empty for a number that is not that of a block device.
std::string block_device(unsigned major_number, unsigned minor_number) {
    char target[256];
    const std::string link =
        "/sys/dev/block/" + std::to_string(major_number) + ":" + std::to_string(minor_number);
    const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
    if (size <= 0 || size == sizeof target) return {};
    return base_name(std::string(target, static_cast<std::size_t>(size)));
}

// The words of the mount's line in mountinfo (proc_pid_mountinfo(5)). Empty if there is none.
std::vector<std::string> mount_words(const std::string& mounts, std::uint64_t id) {
    const std::string start = std::to_string(id) + " ";
    std::istringstream lines(mounts);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(start)) continue;
        std::istringstream words(line);
        return {std::istream_iterator<std::string>(words), {}};
    }
    return {};
}

// The kernel names a file system by its block device, by its type, or by its number.
std::vector<std::string> device_names(const std::string& mounts, std::uint64_t mount,
                                      const struct stat& status) {
    std::vector<std::string> names;
    const auto add_block = [&](dev_t device) {
        if (std::string name = block_device(major(device), minor(device)); !name.empty())
            names.push_back(std::move(name));
    };
    add_block(status.st_dev);
    const std::vector<std::string> words = mount_words(mounts, mount);
    constexpr std::size_t number_word = 2, words_after_separator = 3;
    const auto separator = std::find(words.begin(), words.end(), "-");
    if (std::distance(separator, words.end()) < static_cast<std::ptrdiff_t>(words_after_separator))
        return names;
    names.push_back(words[number_word]);
    names.push_back(separator[1]);
    // btrfs has a number of its own, and its device's name.
    struct stat source = {};
    if (separator[2].starts_with('/') && ::stat(separator[2].c_str(), &source) == 0 &&
        S_ISBLK(source.st_mode))
        add_block(source.st_rdev);
    return names;
}

Time changed_at(const struct stat& status) {
    using namespace std::chrono;
    return Time{seconds{status.st_ctim.tv_sec} +
                duration_cast<microseconds>(nanoseconds{status.st_ctim.tv_nsec})};
}

class Walk {
  public:
    explicit Walk(const std::string& mounts) : mounts_(mounts) { state_.lasting = true; }

    // Takes the next file on the way. Errors: those of fstat(2) and fstatfs(2).
    std::error_code take(const Fd& file) {
        struct statfs system = {};
        if (::fstat(file.get(), &status_) < 0 || ::fstatfs(file.get(), &system) < 0)
            return {errno, std::system_category()};
        magic_ = static_cast<std::uint32_t>(system.f_type);
        const bool known =
            std::find(std::begin(lasting_file_systems), std::end(lasting_file_systems), magic_) !=
            std::end(lasting_file_systems);
        state_.lasting = state_.lasting && known;
        state_.changed = std::max(state_.changed, changed_at(status_));
        return {};
    }

    PathState end(const Fd& file) {
        const std::string info = text_of("/proc/self/fdinfo/" + std::to_string(file.get()));
        state_.exists = true;
        state_.inode = number_in(info, "ino:");
        state_.devices = device_names(mounts_, number_in(info, "mnt_id:"), status_);
        // overlayfs counts directories anew whenever it reads them.
        if (magic_ == magic_overlay && S_ISDIR(status_.st_mode)) state_.lasting = false;
        return std::move(state_);
    }

    PathState end_missing() { return std::move(state_); }

  private:
    const std::string& mounts_;
    PathState state_;
    struct stat status_ = {};
    std::uint32_t magic_ = 0;
};

}  // namespace

FileResult<PathState> path_state(const Root& root, const std::string& mounts,
                                 const std::string& path) {
    Walk walk(mounts);
    std::size_t at = path.size() > 1 ? 0 : std::string::npos;
    for (std::string part = "/";; part = path.substr(0, at)) {
        const auto file = root.open_unfollowed(part);
        if (!file && means_missing(file.error())) return walk.end_missing();
        if (!file) return tl::unexpected(file.error());
        if (const auto error = walk.take(*file)) return tl::unexpected(error);
        if (at == std::string::npos) return walk.end(*file);
        at = path.find('/', at + 1);
    }
}

}  // namespace ringfence
