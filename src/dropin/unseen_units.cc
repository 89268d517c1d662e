// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/unseen_units.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/attachment.h"
#include "dropin/own_keys.h"
#include "dropin/static_dropin.h"
#include "unit/unit.h"

namespace ringfence::dropin {

namespace {

// The directories of systemd.generator(7) and systemd-run(1). A user's manager has the same below
// $XDG_RUNTIME_DIR.
struct MadeDirectory {
    const char* path;
    const char* maker;
};
constexpr MadeDirectory made_directories[] = {
    {"/run/systemd/generator.early", "another generator"},
    {"/run/systemd/generator", "another generator"},
    {"/run/systemd/generator.late", "another generator"},
    {"/run/systemd/transient", "systemd-run(1)"},
};

class UnseenFinder {
  public:
    UnseenFinder(const Root& root, const unit::NameMap& map, const Resolve& resolve)
        : root_(root), loader_(root, map), resolve_(resolve) {}

    std::optional<UnseenUnit> look_at(const MadeDirectory& directory, const DirectoryEntry& entry) {
        const auto name = unit::parse_service_name(entry.name);
        if (!name || entry.type == DT_DIR) return std::nullopt;
        const std::string file = fmt::format("{}/{}", directory.path, entry.name);
        auto sources = loader_.read(*name);
        if (!sources || has_decided_file(*sources)) return std::nullopt;
        const bool seen = sources->state != unit::Sources::State::missing && !sources->transient;
        if (seen) return std::nullopt;
        // A request of the unit's own that the generator can see has refused it.
        const Attachment visible = read(*sources);
        if (visible.own_request) return std::nullopt;
        if (!sources->transient && !is_alias(file, entry)) add_fragment(*sources, file);
        const Attachment all = read(*sources);
        if (gets_none(all)) return std::nullopt;
        return UnseenUnit{
            name->full, file,
            fmt::format("{} is made by {}: it runs without the fence that {} asks "
                        "for",
                        name->full, directory.maker,
                        all.own_request ? "its own unit file" : "a drop-in for all units"),
            all.own_request};
    }

  private:
    // A static fence, or the empty file that switches the generator's off.
    static bool has_decided_file(const unit::Sources& sources) {
        for (std::size_t i = 0; i < sources.dropins.size(); ++i) {
            const unit::Dropin& dropin = sources.dropins[i];
            const std::string& text = sources.dropin_texts[i];
            const bool is_off =
                dropin.file_name() == usual_file_name && text.empty() && !dropin.dangling;
            if (is_off || is_static_dropin(dropin, text)) return true;
        }
        return false;
    }

    // The unit is found by the name of its file.
    bool is_alias(const std::string& file, const DirectoryEntry& entry) const {
        if (entry.type != DT_LNK) return false;
        const auto target = root_.resolve(file);
        return !target || base_name(*target) != entry.name;
    }

    void add_fragment(unit::Sources& sources, const std::string& file) const {
        auto text = root_.read(file);
        if (!text || text->empty()) return;
        sources.state = unit::Sources::State::present;
        sources.fragment = file;
        sources.fragment_text = std::move(*text);
    }

    static Attachment read(const unit::Sources& sources) {
        return may_request(sources) ? read_attachment(unit::parse(sources)) : Attachment();
    }

    // "X-LandlockPolicy=-%p" for all units does not fence units without a policy of their name.
    bool gets_none(const Attachment& attachment) const {
        const auto may_exist = [&](const OpenName& name) {
            return attachment.own_request || !name.optional;
        };
        if (attachment.rules || !attachment.problems.empty() ||
            std::any_of(attachment.open_names.begin(), attachment.open_names.end(), may_exist))
            return false;
        if (attachment.policies.empty()) return true;
        const auto rules = resolve_(attachment.policies);
        return rules && !*rules;
    }

    const Root& root_;
    unit::SourceLoader loader_;
    const Resolve& resolve_;
};

}  // namespace

std::vector<UnseenUnit> find_unseen_units(const Root& root, const unit::LoadPath& path,
                                          const unit::NameMap& map, const Resolve& resolve) {
    std::vector<UnseenUnit> found;
    if (path.scope == unit::Scope::user) return found;
    UnseenFinder finder(root, map, resolve);
    for (const MadeDirectory& directory : made_directories) {
        const auto entries = root.list(directory.path);
        if (!entries) continue;
        for (const DirectoryEntry& entry : *entries)
            if (auto unit = finder.look_at(directory, entry)) found.push_back(std::move(*unit));
    }
    return found;
}

}  // namespace ringfence::dropin
