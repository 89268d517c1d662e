// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/lost_requests.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/own_keys.h"
#include "unit/file.h"

namespace ringfence::dropin {

namespace {

// systemd.unit(5). Services are not among them.
constexpr std::string_view other_types[] = {"socket", "target", "device", "mount", "automount",
                                            "swap",   "timer",  "path",   "slice", "scope"};

bool is_of_a_package(const std::string& path) {
    return path.starts_with("/usr/") || path.starts_with("/lib/");
}

// "nginx.socket" of the file nginx.socket and of the directory nginx.socket.d.
std::string unit_of(const unit::OtherFile& file) {
    std::string name = base_name(file.path);
    if (file.is_directory) name.resize(name.size() - std::string_view(".d").size());
    return name;
}

class Finder {
  public:
    explicit Finder(const Root& root) : root_(root) {}

    void look_at(const unit::OtherFile& file) {
        if (!file.is_directory) return look_into(file.path, file);
        const auto entries = root_.list(file.path);
        if (!entries) return;
        for (const DirectoryEntry& entry : *entries)
            if (entry.name.ends_with(".conf") && !entry.name.starts_with('.'))
                look_into(file.path + "/" + entry.name, file);
    }

    Diagnostics take() { return std::move(found_); }

  private:
    void look_into(const std::string& path, const unit::OtherFile& of) {
        const auto text = root_.read(path);
        if (!text || !may_request(*text)) return;
        static const unit::ServiceName any = *unit::parse_service_name("any.service");
        const unit::UnitFile file = unit::parse_unit_file(*text, path, any);
        for (const auto* lines : {&file.assignments, &file.lost, &file.ignored})
            for (const unit::Assignment& line : *lines)
                if (is_request(line.key) || looks_like_request(line.key)) add(line, of);
    }

    void add(const unit::Assignment& line, const unit::OtherFile& of) {
        const std::string unit = unit_of(of);
        const std::size_t dot = unit.rfind('.');
        const std::string stem = unit.substr(0, dot);
        const std::string type = dot == std::string::npos ? "" : unit.substr(dot + 1);
        const bool known = std::find(std::begin(other_types), std::end(other_types), type) !=
                           std::end(other_types);
        found_.push_back(
            {line.where,
             known ? fmt::format("{}= has no effect in a file of {}: only services get a fence",
                                 line.key, unit)
                   : fmt::format("{}= has no effect here: this file is for no unit", line.key),
             fmt::format("put it into [Service] of a drop-in in {}.service.d", stem)});
    }

    const Root& root_;
    Diagnostics found_;
};

}  // namespace

Diagnostics find_lost_requests(const Root& root, const unit::NameMap& map, Search search) {
    Finder finder(root);
    for (const unit::OtherFile& file : map.other_files())
        if (search == Search::all || !is_of_a_package(file.path)) finder.look_at(file);
    return finder.take();
}

}  // namespace ringfence::dropin
