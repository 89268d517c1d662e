// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/unit_mounts.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "unit/directories.h"

namespace ringfence::dropin {

namespace {

using Kind = UnitMounts::Kind;
using Way = UnitMounts::Way;

enum class Does { hide, empty, read_only, read_write, bind, bind_read_only };

// What a setting with one value does to a fixed path. `values`: "yes" stands for all words of a
// boolean that is on.
struct Switch {
    std::string_view key;
    std::string_view values;
    const char* path;
    Does does;
    Way way;
};

// clang-format off
constexpr Switch switches[] = {
    {"ProtectHome", "yes", "/home",     Does::hide, Way::no_home},
    {"ProtectHome", "yes", "/root",     Does::hide, Way::no_home},
    {"ProtectHome", "yes", "/run/user", Does::hide, Way::no_home},
    {"ProtectHome", "tmpfs", "/home",     Does::empty, Way::bind},
    {"ProtectHome", "tmpfs", "/root",     Does::empty, Way::bind},
    {"ProtectHome", "tmpfs", "/run/user", Does::empty, Way::bind},
    {"ProtectHome", "read-only", "/home",     Does::read_only, Way::write},
    {"ProtectHome", "read-only", "/root",     Does::read_only, Way::write},
    {"ProtectHome", "read-only", "/run/user", Does::read_only, Way::write},
    {"ProtectSystem", "yes full", "/usr",  Does::read_only, Way::write},
    {"ProtectSystem", "yes full", "/boot", Does::read_only, Way::write},
    {"ProtectSystem", "yes full", "/efi",  Does::read_only, Way::write},
    {"ProtectSystem", "full",     "/etc",  Does::read_only, Way::write},
    {"ProtectSystem", "strict", "/",         Does::read_only, Way::write},
    {"ProtectSystem", "strict", "/proc",     Does::read_write, Way::write},
    {"ProtectSystem", "strict", "/sys",      Does::read_write, Way::write},
    {"ProtectSystem", "strict", "/dev",      Does::read_write, Way::write},
    {"ProtectSystem", "strict", "/home",     Does::read_write, Way::write},
    {"ProtectSystem", "strict", "/root",     Does::read_write, Way::write},
    {"ProtectSystem", "strict", "/run/user", Does::read_write, Way::write},
    {"PrivateTmp", "yes disconnected", "/tmp",     Does::empty, Way::bind},
    {"PrivateTmp", "yes disconnected", "/var/tmp", Does::empty, Way::bind},
    {"PrivateDevices", "yes", "/dev", Does::empty, Way::allow_device},
    {"ProtectKernelTunables", "yes", "/proc/sys",      Does::read_only, Way::write},
    {"ProtectKernelTunables", "yes", "/sys",           Does::read_only, Way::write},
    {"ProtectKernelTunables", "yes", "/sys/fs/cgroup", Does::read_write, Way::write},
    {"ProtectControlGroups", "yes private strict", "/sys/fs/cgroup", Does::read_only, Way::switch_off},
    {"ProtectKernelModules", "yes", "/usr/lib/modules", Does::hide, Way::switch_off},
    {"ProtectKernelModules", "yes", "/lib/modules",     Does::hide, Way::switch_off},
    {"ProtectKernelLogs", "yes", "/proc/kmsg", Does::hide, Way::switch_off},
    {"ProtectKernelLogs", "yes", "/dev/kmsg",  Does::hide, Way::switch_off},
};
// clang-format on

// What is in the /dev of PrivateDevices=.
constexpr const char* private_devices[] = {"null", "zero",  "full",   "random", "urandom",   "tty",
                                           "pts",  "ptmx",  "shm",    "mqueue", "hugepages", "log",
                                           "fd",   "stdin", "stdout", "stderr", "core"};

// Settings with lists of paths.
struct List {
    std::array<std::string_view, 2> keys;  // the second is empty if the setting has one spelling
    Does does;
    Way way;
};
constexpr List lists[] = {
    {{"InaccessiblePaths", "InaccessibleDirectories"}, Does::hide, Way::list_less},
    {{"ReadOnlyPaths", "ReadOnlyDirectories"}, Does::read_only, Way::write},
    {{"ReadWritePaths", "ReadWriteDirectories"}, Does::read_write, Way::write},
    {{"TemporaryFileSystem"}, Does::empty, Way::bind},
    {{"BindPaths"}, Does::bind, Way::bind},
    {{"BindReadOnlyPaths"}, Does::bind_read_only, Way::bind_writable},
};

bool is_word_of(std::string_view word, std::string_view words) {
    for (std::size_t at = words.find(word); at != words.npos; at = words.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
            return true;
    }
    return false;
}

struct Value {
    std::string_view key;   ///< the setting that says so
    std::string_view text;  ///< as written
    Location where;
    std::string_view word;  ///< of Switch::values; empty: off
};

// What DynamicUser= turns on where the unit leaves it off, or always (unit_patch_contexts() in
// src/core/unit.c; measured).
struct Implied {
    std::string_view key;
    std::string_view word;
    bool always;
};
constexpr Implied of_dynamic_users[] = {{"ProtectSystem", "strict", true},
                                        {"ProtectHome", "read-only", false},
                                        {"PrivateTmp", "yes", false}};

Value own_value(const Settings& settings, std::string_view key) {
    const auto all = settings.values({key});
    if (all.empty()) return {key, "", {}, ""};
    const auto& last = all.back();
    const auto boolean = unit::parse_boolean(last.text);
    return {key, last.text, last.where, !boolean ? last.text : *boolean ? "yes" : ""};
}

Value value_of(const Settings& settings, std::string_view key) {
    Value value = own_value(settings, key);
    for (const Implied& row : of_dynamic_users) {
        const bool weaker = value.word.empty() || (row.always && value.word != row.word);
        if (row.key != key || !weaker || !settings.is_on("DynamicUser", false)) continue;
        value = own_value(settings, "DynamicUser");
        value.word = row.word;
    }
    return value;
}

Kind kind_of(Does does) {
    switch (does) {
        case Does::hide:
            return Kind::inaccessible;
        case Does::empty:
            return Kind::empty;
        case Does::read_only:
            return Kind::read_only;
        case Does::read_write:
            return Kind::read_write;
        case Does::bind:
        case Does::bind_read_only:
            break;
    }
    return Kind::bind;
}

std::vector<std::string> hiding_keys() {
    std::set<std::string> keys = {"DynamicUser"};
    for (const Switch& row : switches)
        if (row.does == Does::hide || row.does == Does::empty) keys.emplace(row.key);
    for (const List& row : lists)
        if (row.does == Does::hide || row.does == Does::empty)
            keys.insert(row.keys.begin(), row.keys.end());
    return {keys.begin(), keys.end()};
}

// The parts of "[-+]A:B:C".
std::array<std::string, 3> parts_of(std::string_view word) {
    word.remove_prefix(std::min(word.find_first_not_of("-+"), word.size()));
    std::array<std::string, 3> parts;
    for (std::string& part : parts) {
        const std::size_t colon = std::min(word.find(':'), word.size());
        part = std::string(word.substr(0, colon));
        word.remove_prefix(std::min(colon + 1, word.size()));
    }
    return parts;
}

bool has_option(const std::string& options, std::string_view wanted) {
    const std::string padded = "," + options + ",";
    return padded.find("," + std::string(wanted) + ",") != std::string::npos;
}

}  // namespace

UnitMounts::UnitMounts(const Settings& settings, const policy::Hierarchy& tree) : tree_(tree) {
    add_switches(settings);
    add_lists(settings);
    add_directories(settings);
    std::stable_sort(mounts_.begin(), mounts_.end(), [](const Mount& a, const Mount& b) {
        return std::tie(a.path, a.kind) < std::tie(b.path, b.kind);
    });
}

void UnitMounts::add(const std::string& path, Kind kind, const Effect& effect, bool is_read_only) {
    mounts_.push_back({real(path), kind, effect, is_read_only});
    mounts_.back().effect.path = mounts_.back().path;
}

void UnitMounts::add_switches(const Settings& settings) {
    Value value;
    std::string_view of_key;
    for (const Switch& row : switches) {
        if (row.key != of_key) value = value_of(settings, row.key);
        of_key = row.key;
        if (value.word.empty() || !is_word_of(value.word, row.values)) continue;
        const Effect effect{
            std::string(value.key), std::string(value.text), value.where, "", row.way, false};
        // In its own /tmp the service may write.
        add(row.path, kind_of(row.does), effect,
            row.does != Does::read_write && row.key != "PrivateTmp");
        if (row.key == "PrivateDevices")
            for (const char* name : private_devices)
                add(std::string("/dev/") + name, Kind::bind, effect, false);
    }
}

void UnitMounts::add_lists(const Settings& settings) {
    for (const List& row : lists)
        for (const Settings::Word& word : settings.words(row.keys)) {
            const Effect effect{std::string(row.keys.front()), word.text, word.where, "", row.way};
            const auto [first, second, options] = parts_of(escape_variables(word.text));
            const bool is_bind = row.does == Does::bind || row.does == Does::bind_read_only;
            const std::string& path = is_bind && !second.empty() ? second : first;
            if (!path.starts_with('/') && !path.starts_with('%')) continue;
            // With a root of its own, such a path is the host's, outside of that root.
            const bool of_host = settings.has_own_root() && !is_bind && row.does != Does::empty &&
                                 !word.text.starts_with('+') && !word.text.starts_with("-+");
            if (of_host) continue;
            const bool is_read_only = row.does == Does::empty
                                          ? has_option(second, "ro")
                                          : row.does != Does::read_write && row.does != Does::bind;
            add(path, kind_of(row.does), effect, is_read_only);
        }
}

// systemd binds them, each at its place, and they stay writable.
void UnitMounts::add_directories(const Settings& settings) {
    for (const unit::BaseDirectory& row : unit::base_directories) {
        if (row.setting == nullptr) continue;
        for (const Settings::Word& word : settings.words({row.setting})) {
            const auto [name, link, flags] = parts_of(escape_variables(word.text));
            const Effect effect{row.setting, word.text, word.where, "", Way::list_less};
            for (const char* between : {"", "private/"})
                add(fmt::format("%{}/{}{}", row.specifier, between, name), Kind::bind, effect,
                    has_option(flags, "ro"));
        }
    }
}

bool UnitMounts::may_hide(const Settings& settings) {
    static const std::vector<std::string> keys = hiding_keys();
    return !settings.values(keys).empty();
}

std::optional<UnitMounts::Effect> UnitMounts::hides(const std::string& path) const {
    const std::string own = real(path);
    const Mount* hider = nullptr;
    for (const Mount& mount : mounts_) {
        if (!covers(mount.path, own)) continue;
        if (mount.kind == Kind::inaccessible) {
            Effect effect = mount.effect;
            effect.leaves_node = mount.path == own;
            return effect;
        }
        if (mount.kind == Kind::bind) hider = nullptr;
        if (mount.kind == Kind::empty) hider = mount.path == own ? nullptr : &mount;
    }
    if (hider == nullptr) return std::nullopt;
    // systemd makes the directories above what it mounts.
    const bool leads = std::any_of(mounts_.begin(), mounts_.end(), [&](const Mount& mount) {
        return (mount.kind == Kind::bind || mount.kind == Kind::empty) && covers(own, mount.path);
    });
    return leads ? std::nullopt : std::optional(hider->effect);
}

// The innermost mount decides, and of those at one path, one that is read-only.
std::optional<UnitMounts::Effect> UnitMounts::makes_read_only(const std::string& path) const {
    const std::string own = real(path);
    const Mount* innermost = nullptr;
    for (const Mount& mount : mounts_) {
        if (is_beneath(mount.path, own) && !mount.is_read_only) return std::nullopt;
        if (!covers(mount.path, own)) continue;
        if (innermost == nullptr || innermost->path != mount.path || !innermost->is_read_only)
            innermost = &mount;
    }
    if (innermost == nullptr || !innermost->is_read_only) return std::nullopt;
    return innermost->effect;
}

}  // namespace ringfence::dropin
