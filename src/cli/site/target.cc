// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/target.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/path.h"
#include "cli/site/enable_files.h"
#include "cli/site/operand.h"
#include "dropin/plan.h"
#include "dropin/static_dropin.h"

namespace ringfence::cli {

namespace {

using SourceState = unit::Sources::State;

// "nginx.service" of ".../nginx.service.d/50-x.conf".
std::string directory_name(const std::string& path) {
    const std::string name = base_name(directory_of(path));
    return name.ends_with(".d") ? name.substr(0, name.size() - 2) : name;
}

// Takes the static fences out of the sources, so that a fence can be rendered from what remains.
std::vector<unit::Dropin> take_statics(unit::Sources& sources) {
    std::vector<unit::Dropin> statics;
    for (std::size_t i = sources.dropins.size(); i-- > 0;) {
        if (!dropin::is_static_dropin(sources.dropins[i], sources.dropin_texts[i])) continue;
        if (!unit::is_generator_directory(directory_of(directory_of(sources.dropins[i].path))))
            statics.push_back(sources.dropins[i]);
        sources.dropins.erase(sources.dropins.begin() + static_cast<std::ptrdiff_t>(i));
        sources.dropin_texts.erase(sources.dropin_texts.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return statics;
}

}  // namespace

Diagnostic no_such_unit(const unit::NameMap& map, const unit::ServiceName& name,
                        const char* otherwise) {
    const std::string near = nearest(name.full, map.all_names());
    return {{},
            fmt::format("there is no unit {}", name.full),
            near.empty() ? otherwise : fmt::format("did you mean {}?", near)};
}

TargetFinder::TargetFinder(const Site& site, Manager* manager)
    : site_(site), manager_(manager), map_(unit::NameMap::build(site.root, site.units)) {}

Result<Target> TargetFinder::find(const std::string& operand) {
    const auto name = service_name(operand);
    if (!name) return tl::unexpected(name.error());
    unit::SourceLoader loader(site_.root, map_);
    const auto id = unit::parse_service_name(map_.id(*name));
    auto sources = loader.read(id ? *id : *name);
    if (!sources) return tl::unexpected(sources.error());
    if (sources->state == SourceState::masked)
        return fail(sources->fragment, name->full + " is masked",
                    "to use it, systemctl unmask " + name->full);
    if (sources->state == SourceState::missing || sources->transient) return find_hidden(*name);
    Target target{sources->name, std::move(*sources), {}, false, false};
    target.statics = take_statics(target.sources);
    return target;
}

Result<Target> TargetFinder::find_hidden(const unit::ServiceName& name) {
    if (manager_ == nullptr || name.kind == unit::NameKind::template_name) return missing(name);
    const auto loaded = manager_->load(name.full);
    if (!loaded) return tl::unexpected(loaded.error());
    if (loaded->fragment.empty()) return missing(name);
    const auto id = unit::parse_service_name(loaded->id);
    Target target;
    target.name = id ? *id : name;
    target.hidden = true;
    target.transient = unit::is_transient_directory(directory_of(loaded->fragment));
    auto sources = read_loaded(*loaded, target.name);
    if (!sources) return tl::unexpected(sources.error());
    target.sources = std::move(*sources);
    target.statics = take_statics(target.sources);
    return target;
}

Result<unit::Sources> TargetFinder::read_loaded(const LoadedUnit& loaded,
                                                const unit::ServiceName& name) {
    unit::Sources sources;
    sources.state = SourceState::present;
    sources.name = name;
    sources.names = {name.full};
    for (const std::string& other : loaded.names)
        if (other != name.full && unit::parse_service_name(other)) sources.names.push_back(other);
    sources.fragment = loaded.fragment;
    const auto fragment = site_.root.read(loaded.fragment);
    if (!fragment)
        return fail(loaded.fragment, "cannot read this unit file: " + fragment.error().message());
    sources.fragment_text = *fragment;
    std::vector<std::string> paths = loaded.dropins;
    // The request file may be newer than what systemd has loaded, or may only be planned.
    const std::string request = request_path(site_, name.full);
    if (site_.root.read(request) && std::find(paths.begin(), paths.end(), request) == paths.end())
        paths.push_back(request);
    std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
        return base_name(a) < base_name(b);
    });
    for (const std::string& path : paths) {
        const auto text = site_.root.read(path);
        if (!text && text.error().value() == ENOENT) continue;  // removed since
        if (!text) return fail(path, "cannot read this drop-in: " + text.error().message());
        sources.dropins.push_back({path, directory_name(path)});
        sources.dropin_texts.push_back(*text);
    }
    return sources;
}

tl::unexpected<Diagnostics> TargetFinder::missing(const unit::ServiceName& name) const {
    return fail(no_such_unit(
        map_, name,
        manager_ == nullptr ? "units that other generators or systemd-run(1) make are not seen here"
                            : "systemctl list-unit-files --type=service lists those there are"));
}

}  // namespace ringfence::cli
