// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/foreign.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/static_dropin.h"
#include "unit/file.h"
#include "unit/name.h"

namespace ringfence::dropin {

namespace {

using Effect = ForeignDropin::Effect;

// "/run/systemd/generator" of "/run/systemd/generator/a.service.d/x.conf".
std::string parent_of_dropin(const std::string& path) {
    return directory_of(directory_of(path));
}

bool sets_command(const std::string& text, const unit::ServiceName& name, const std::string& path) {
    const auto file = unit::parse_unit_file(text, path, name);
    return std::any_of(file.assignments.begin(), file.assignments.end(), [](const auto& line) {
        return line.section == "Service" && line.key == "ExecStart";
    });
}

std::optional<Effect> effect_of(const Root& root, const unit::ServiceName& unit,
                                const std::string& own, const std::string& path) {
    const std::string name = base_name(path);
    const std::string own_name = base_name(own);
    const bool behind = name > own_name;
    // What is in other directories was read by the generator, unless it is newer.
    if (name < own_name && !unit::is_generator_directory(parent_of_dropin(path)))
        return std::nullopt;
    // Of an instance, the drop-in of its template is ringfence's as well.
    const auto text = root.read(path);
    if (!text || has_own_header(*text)) return std::nullopt;
    if (name == own_name) return Effect::shadows;
    if (!sets_command(*text, unit, path)) return std::nullopt;
    return behind ? Effect::replaces : Effect::overridden;
}

// The directories for the drop-ins of all names of a unit.
std::set<std::string> directory_names(const PlannedFile& file) {
    std::set<std::string> all = {"service.d"};
    std::vector<std::string> names = {file.unit};
    names.insert(names.end(), file.other_names.begin(), file.other_names.end());
    if (const Fenced* fenced = file.fenced(); fenced != nullptr && fenced->source)
        names.insert(names.end(), fenced->source->unit.names.begin(),
                     fenced->source->unit.names.end());
    for (const std::string& full : names)
        if (const auto name = unit::parse_service_name(full))
            for (const std::string& directory : unit::dropin_names(*name))
                all.insert(directory + ".d");
    return all;
}

}  // namespace

std::string describe(const ForeignDropin& dropin) {
    switch (dropin.effect) {
        case Effect::replaces:
            return dropin.path + " replaces the command";
        case Effect::shadows:
            return dropin.path + " takes the place of the fence's drop-in";
        case Effect::overridden:
            return dropin.path +
                   " changes the command, and the fence's drop-in puts that of the unit's files "
                   "back";
    }
    return dropin.path;
}

std::vector<ForeignDropin> foreign_dropins(const Root& root, const unit::ServiceName& unit,
                                           const std::string& own,
                                           const std::vector<std::string>& loaded) {
    std::vector<ForeignDropin> found;
    for (const std::string& path : loaded)
        if (path != own)
            if (const auto effect = effect_of(root, unit, own, path))
                found.push_back({path, *effect});
    return found;
}

std::vector<ForeignDropin> foreign_dropins(const Root& root, const PlannedFile& file,
                                           const std::string& runtime) {
    const auto name = unit::parse_service_name(file.unit);
    const DropinFile* dropin = file.dropin();
    if (!name || dropin == nullptr || file.is_open()) return {};
    const std::string own = runtime + "/generator/" + dropin->path;
    std::vector<std::string> paths;
    for (const char* output : {"/generator.early", "/generator", "/generator.late"})
        for (const std::string& directory : directory_names(file)) {
            const std::string path = fmt::format("{}{}/{}", runtime, output, directory);
            const auto entries = root.list(path);
            if (!entries) continue;
            for (const DirectoryEntry& entry : *entries) {
                if (!entry.name.ends_with(".conf") || entry.name.starts_with('.')) continue;
                // Of files with one name, only one in an earlier directory takes our place.
                const bool same = entry.name == base_name(own);
                if (!same || output == std::string_view("/generator.early"))
                    paths.push_back(path + "/" + entry.name);
            }
        }
    return foreign_dropins(root, *name, own, paths);
}

}  // namespace ringfence::dropin
