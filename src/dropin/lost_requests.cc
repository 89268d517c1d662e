// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/lost_requests.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/path.h"
#include "dropin/own_keys.h"
#include "unit/file.h"

namespace ringfence::dropin {

namespace {

// systemd.unit(5). Services are not among them.
constexpr std::string_view other_types[] = {"socket", "target", "device", "mount", "automount",
                                            "swap",   "timer",  "path",   "slice", "scope"};

bool is_other_type(std::string_view type) {
    return std::find(std::begin(other_types), std::end(other_types), type) != std::end(other_types);
}

// The names that systemd takes for backups (hidden_or_backup_file() in its src/basic/path-util.c),
// and what people switch off in this way. Nobody expects an effect of such a file.
bool is_left_behind(std::string_view name) {
    constexpr std::string_view tails[] = {"~",         ".rpmnew",      ".rpmsave",     ".rpmorig",
                                          ".dpkg-old", ".dpkg-new",    ".dpkg-tmp",    ".dpkg-dist",
                                          ".dpkg-bak", ".dpkg-backup", ".ucf-new",     ".ucf-old",
                                          ".ucf-dist", ".swp",         ".dpkg-remove", ".bak",
                                          ".old",      ".new",         ".orig",        ".disabled"};
    return std::any_of(std::begin(tails), std::end(tails),
                       [&](std::string_view tail) { return name.ends_with(tail); });
}

bool is_of_a_package(const std::string& path) {
    return path.starts_with("/usr/") || path.starts_with("/lib/");
}

// Which lines of a file are named.
enum class Lines {
    all,      ///< also those whose names are only like those of requests
    certain,  ///< of a file that may be anything, such as a script: surely requests
};

bool is_certain(const unit::Assignment& line) {
    const auto is_of_keys = [](char c) { return is_digit(c) || is_lower(lower(c)) || c == '-'; };
    return likeness_of(line.key) == Likeness::ours && lower(line.key).starts_with("x-") &&
           std::all_of(line.key.begin(), line.key.end(), is_of_keys) && !line.text().empty();
}

// What is said about each request in a file: "KEY= has no effect" and `why`.
struct Remark {
    std::string why;
    std::string hint;
};

std::string put_into(const std::string& directory) {
    return fmt::format("put it into [Service] of a drop-in in {}", directory);
}

// `name`: what may be the name of a service without its type.
std::string directory_of_service(const std::string& name) {
    const std::string service = name + ".service";
    return (unit::parse_service_name(service) ? service : "SERVICE.service") + ".d";
}

// `unit`: "nginx.socket" of the file nginx.socket and of the directory nginx.socket.d.
Remark remark_on(const std::string& unit, bool is_directory) {
    const std::size_t dot = unit.rfind('.');
    const std::string stem = unit.substr(0, dot);
    const std::string type = dot == std::string::npos ? "" : unit.substr(dot + 1);
    if (is_other_type(type))
        return {fmt::format(" in a file of {}: only services get a fence", unit),
                put_into(directory_of_service(stem))};
    if (is_directory && is_other_type(unit))
        return {
            fmt::format(" in a file of all units of the type {}: only services get a fence", unit),
            put_into("SERVICE.service.d")};
    // "nginx.service.off" and "nginx.servce" are files for nginx.service. Of "50-landlock.conf"
    // nobody can tell.
    const std::size_t service = unit.find(".service");
    std::string meant;
    if (service != std::string::npos)
        meant = unit.substr(0, service);
    else if (is_directory || !nearest(type, {"service"}).empty())
        meant = stem;
    return {" here: this file is for no unit", put_into(directory_of_service(meant))};
}

class Finder {
  public:
    explicit Finder(const Root& root) : root_(root) {}

    void look_at(const unit::OtherFile& file) {
        const std::string name = base_name(file.path);
        if (!file.is_directory) {
            if (is_left_behind(name)) return;
            const bool is_unit = is_other_type(name.substr(name.rfind('.') + 1));
            return look_into(file.path, remark_on(name, false),
                             is_unit ? Lines::all : Lines::certain);
        }
        const auto entries = root_.list(file.path);
        if (!entries) return;
        const Remark remark =
            remark_on(name.substr(0, name.size() - std::string_view(".d").size()), true);
        for (const DirectoryEntry& entry : *entries)
            if (entry.name.ends_with(".conf") && !entry.name.starts_with('.'))
                look_into(file.path + "/" + entry.name, remark, Lines::all);
    }

    // What systemd does not read in a directory of drop-ins for services.
    void look_for_unread(const std::string& directory) {
        const auto entries = root_.list(directory);
        if (!entries) return;
        for (const DirectoryEntry& entry : *entries) {
            const std::string path = directory + "/" + entry.name;
            if (entry.type == DT_DIR)
                look_at_all(path, "it is in a directory below " + base_name(directory),
                            "move it to " + directory);
            else if (is_left_behind(entry.name))
                continue;
            else if (entry.name.starts_with('.'))
                look_into_unread(path, "its name begins with a dot",
                                 "give it a name without the dot");
            else if (!entry.name.ends_with(".conf"))
                look_into_unread(path, "its name does not end in \".conf\"",
                                 "give it a name that ends in \".conf\"");
        }
    }

    // Files of units in the directory above those that systemd reads.
    void look_above(const std::string& directory, const std::string& right_one) {
        const auto entries = root_.list(directory);
        if (!entries) return;
        const std::string why = directory + " is no directory of units";
        for (const DirectoryEntry& entry : *entries) {
            const std::string path = directory + "/" + entry.name;
            const std::string hint = fmt::format("move {} to {}", entry.name, right_one);
            const bool may_be_directory = entry.type == DT_DIR || entry.type == DT_LNK;
            if (entry.name.ends_with(".service") && entry.type != DT_DIR)
                look_into_unread(path, why, hint);
            else if (may_be_directory &&
                     (entry.name == "service.d" || entry.name.ends_with(".service.d")))
                look_at_all(path, why, hint);
        }
    }

    Diagnostics take() { return std::move(found_); }

  private:
    void look_at_all(const std::string& directory, const std::string& why,
                     const std::string& hint) {
        const auto entries = root_.list(directory);
        if (!entries) return;
        for (const DirectoryEntry& entry : *entries)
            if (!is_left_behind(entry.name))
                look_into_unread(directory + "/" + entry.name, why, hint);
    }

    void look_into_unread(const std::string& path, const std::string& why,
                          const std::string& hint) {
        look_into(path, {": systemd does not read this file, because " + why, hint},
                  Lines::certain);
    }

    void look_into(const std::string& path, const Remark& remark, Lines which) {
        const auto text = root_.read(path);
        if (!text || !may_request(*text)) return;
        static const unit::ServiceName any = *unit::parse_service_name("any.service");
        const unit::UnitFile file = unit::parse_unit_file(*text, path, any);
        for (const auto* lines : {&file.assignments, &file.lost, &file.ignored})
            for (const unit::Assignment& line : *lines)
                if (which == Lines::all ? likeness_of(line.key) != Likeness::none
                                        : is_certain(line))
                    found_.push_back({line.where,
                                      fmt::format("{}= has no effect{}", line.key, remark.why),
                                      remark.hint});
    }

    const Root& root_;
    Diagnostics found_;
};

}  // namespace

Diagnostics find_lost_requests(const Root& root, const unit::LoadPath& path,
                               const unit::NameMap& map, Search search) {
    Finder finder(root);
    // Where "/lib" is a link, its files are found in "/usr/lib".
    const bool is_merged = root.resolve("/lib") == std::string("/usr/lib");
    const auto is_searched = [&](const std::string& file) {
        if (search == Search::site) return !is_of_a_package(file);
        return !is_merged || !file.starts_with("/lib/");
    };
    for (const unit::OtherFile& file : map.other_files())
        if (is_searched(file.path)) finder.look_at(file);
    for (const unit::DropinDirectory& directory : map.dropin_directories())
        if (is_searched(directory.path)) finder.look_for_unread(directory.path);
    // Somebody forgot "system" in the path.
    const std::string above = "/etc/systemd";
    if (path.scope == unit::Scope::system &&
        std::find(path.directories.begin(), path.directories.end(), above) ==
            path.directories.end())
        finder.look_above(above, above + "/system");
    return finder.take();
}

}  // namespace ringfence::dropin
