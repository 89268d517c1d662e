// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/start_record.h"

#include <algorithm>
#include <chrono>
#include <sys/stat.h>

#include "landlock/report.h"

namespace ringfence::cli {

namespace {

constexpr char records[] = "/run/systemd/units/";
constexpr std::size_t bytes_of_length = 8;
constexpr std::size_t bits_of_byte = 8;

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds written(const struct stat& status) {
    return std::chrono::seconds{status.st_mtim.tv_sec} + Nanoseconds{status.st_mtim.tv_nsec};
}

// Whether the link names this start, and the file belongs to it. systemd writes the link first.
// It leaves the file where it is when the unit ends, also if the next start has no fields. And if
// the unit gets fields by a reload, a later command such as ExecReload= writes the file.
bool is_of_start(const Root& root, const LoadedUnit& unit, const std::string& link,
                 const std::string& file) {
    const auto start = root.read_link(link);
    const auto handle = root.open_unfollowed(link);
    const auto status = root.status(file);
    struct stat link_status = {};
    if (!start || !handle || !status || ::fstat(handle->get(), &link_status) < 0) return false;
    // From systemd 254 on, a restart with RestartMode=direct gets a new ID and leaves both.
    if (unit.invocation.empty() || *start != unit.invocation) return false;
    const std::chrono::microseconds active{std::max(unit.began, unit.activated)};
    return written(link_status) <= written(*status) && written(*status) <= active;
}

}  // namespace

std::string digest_in_fields(std::string_view text) {
    const std::string name = std::string(report::field_fence) + "=";
    std::string digest;
    while (!text.empty()) {
        if (text.size() < bytes_of_length) return {};
        std::uint64_t length = 0;
        for (std::size_t i = bytes_of_length; i-- > 0;)
            length = length << bits_of_byte | static_cast<unsigned char>(text[i]);
        text.remove_prefix(bytes_of_length);
        if (length > text.size()) return {};
        const std::string_view field = text.substr(0, length);
        if (field.starts_with(name)) digest = field.substr(name.size());
        text.remove_prefix(length);
    }
    return digest;
}

std::string recorded_digest(const Root& root, const LoadedUnit& unit) {
    const std::string file = records + ("log-extra-fields:" + unit.id);
    if (!is_of_start(root, unit, records + ("invocation:" + unit.id), file)) return {};
    const auto text = root.read(file);
    return text ? digest_in_fields(*text) : std::string();
}

}  // namespace ringfence::cli
