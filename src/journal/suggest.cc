// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suggest.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "journal/suspicion.h"
#include "journal/utf8.h"
#include "landlock/groups.h"
#include "landlock/rights.h"

namespace ringfence::journal {

namespace {

using landlock::Access;
using landlock::access_of;

// That many denied files of one directory are worth a word about the directory.
constexpr std::size_t many_files = 4;
constexpr std::size_t many_files_of_listed = 2;

constexpr Access loads = access_of("fs.execute") | access_of("fs.read_file");
constexpr Access creates = access_of("fs.make_reg") | access_of("fs.make_dir") |
                           access_of("fs.make_sym") | access_of("fs.make_fifo") |
                           access_of("fs.make_sock");
constexpr Access writes =
    access_of("fs.write_file") | access_of("fs.remove_file") | access_of("fs.remove_dir");

// The rights that blockers name; nothing when one of them is no right.
std::optional<Access> access_of_names(const std::vector<std::string>& names) {
    Access all;
    for (const std::string& name : names) {
        const landlock::Right* right = landlock::find_right(name.data(), name.size());
        if (right == nullptr) return std::nullopt;
        all |= right->access();
    }
    return all;
}

bool overlap(const Access& a, const Access& b) {
    return !(a & b).empty();
}

// Denied rights that only make sense on a directory say that the object is one.
bool is_directory(const Access& denied) {
    return overlap(denied, landlock::known_at(landlock::newest_abi) - landlock::file_rights());
}

Access effective(const landlock::PathGroup& group, bool directory) {
    return directory ? group.access : group.access & landlock::file_rights();
}

// The two cases where a group may grant more than was denied (suggest.h).
bool worth_more(const landlock::PathGroup& group, const PathProposal& proposal) {
    const Access grants = effective(group, proposal.directory);
    if (!grants.contains(proposal.denied)) return false;
    if (!proposal.directory && proposal.denied.contains(access_of("fs.execute")))
        return grants == loads;
    return proposal.directory && overlap(proposal.denied, creates) &&
           overlap(proposal.denied, writes);
}

void choose_group(PathProposal& proposal) {
    proposal.directory = is_directory(proposal.denied);
    proposal.grants = proposal.denied;
    for (const landlock::PathGroup& group : landlock::path_groups) {
        const Access grants = effective(group, proposal.directory);
        if (grants != proposal.denied && !worth_more(group, proposal)) continue;
        proposal.key = group.key;
        proposal.grants = grants;
        return;
    }
}

std::string unusable(const std::string& path) {
    constexpr std::string_view deleted = " (deleted)";
    if (!path.starts_with('/')) return "the record has no path that a rule could name";
    if (path.ends_with(deleted)) return "the file is deleted";
    if (!is_utf8(path)) return "its name is no UTF-8 and cannot be written in TOML";
    return {};
}

// Gathers the denials of one policy.
class Builder {
  public:
    void add(const Denial& denial);
    Suggestion build(std::string policy);

  private:
    std::string add_path(const Denial& denial, const Access& denied);
    std::string add_port(const Denial& denial, const Access& denied);
    std::vector<DirectoryNote> notes(const std::vector<PathProposal>& proposals) const;

    std::map<std::string, PathProposal> paths_;
    std::map<std::pair<std::string, std::uint16_t>, Evidence> ports_;
    std::vector<Refusal> refused_;
};

std::string Builder::add_path(const Denial& denial, const Access& denied) {
    const std::string& path = denial.what.path;
    if (std::string reason = unusable(path); !reason.empty()) return reason;
    if (std::string reason = suspicion(path, denied); !reason.empty()) return reason;
    PathProposal& proposal = paths_[path];
    proposal.path = path;
    proposal.denied |= denied;
    proposal.evidence.add(denial.tally);
    return {};
}

std::string Builder::add_port(const Denial& denial, const Access& denied) {
    // The kernel does not write port 0; binding it asks for an ephemeral port.
    if (!denial.what.port && denial.what.remote) return "the record has no port";
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (overlap(group.access, denied))
            ports_[{group.key, denial.what.port.value_or(0)}].add(denial.tally);
    return {};
}

void Builder::add(const Denial& denial) {
    const auto denied = access_of_names(denial.what.rights);
    std::string reason;
    if (denial.what.many)
        reason = "too many different objects were denied to tell them apart";
    else if (!denied)
        reason = "no rule of a policy can allow it";
    else if (denied->scope != 0)
        reason =
            "a scope is lifted as a whole, not for one object: decide it in the policy's [scope]";
    else if (denied->net != 0)
        reason = add_port(denial, *denied);
    else
        reason = add_path(denial, *denied);
    if (!reason.empty()) refused_.push_back({denial, std::move(reason)});
}

std::vector<DirectoryNote> Builder::notes(const std::vector<PathProposal>& proposals) const {
    std::map<std::pair<std::string, std::string>, DirectoryNote> found;
    for (const PathProposal& proposal : proposals) {
        const std::size_t slash = proposal.path.find_last_of('/');
        if (proposal.directory || proposal.key.empty() || slash == 0) continue;
        const std::string directory = proposal.path.substr(0, slash);
        DirectoryNote& note = found[{directory, proposal.key}];
        note.directory = directory;
        note.key = proposal.key;
        ++note.files;
        const auto listed = paths_.find(directory);
        note.listed =
            listed != paths_.end() && overlap(listed->second.denied, access_of("fs.read_dir"));
    }
    std::vector<DirectoryNote> kept;
    for (const auto& [key, note] : found)
        if (note.files >= (note.listed ? many_files_of_listed : many_files)) kept.push_back(note);
    return kept;
}

Suggestion Builder::build(std::string policy) {
    Suggestion suggestion;
    suggestion.policy = std::move(policy);
    for (auto& [path, proposal] : paths_) {
        choose_group(proposal);
        suggestion.paths.push_back(proposal);
    }
    std::stable_sort(suggestion.paths.begin(), suggestion.paths.end(),
                     [](const PathProposal& a, const PathProposal& b) {
                         return std::tuple(a.key.empty(), a.key) < std::tuple(b.key.empty(), b.key);
                     });
    for (const auto& [key, evidence] : ports_)
        suggestion.ports.push_back({key.second, key.first, evidence});
    suggestion.notes = notes(suggestion.paths);
    suggestion.refused = std::move(refused_);
    return suggestion;
}

}  // namespace

void Evidence::add(const Tally& tally) {
    count += tally.count;
    first = std::min(first, tally.first);
    last = std::max(last, tally.last);
}

std::vector<Suggestion> suggest(const std::vector<Denial>& denials) {
    std::map<std::string, Builder> builders;
    for (const Denial& denial : denials)
        if (denial.attribution.reason == Reason::attributed)
            builders[denial.attribution.policy].add(denial);
    std::vector<Suggestion> all;
    for (auto& [policy, builder] : builders)
        all.push_back(builder.build(policy));
    return all;
}

}  // namespace ringfence::journal
